import { type Hash160, hash160 } from '../../bitcoin/hash.ts'
import { opcodes, publicKeyOfElement, type ScriptElement } from '../../bitcoin/script.ts'
import type { PublicKey } from '../../bytes.ts'
import type { CommitmentType } from '../commitment-type.ts'

/**
 * What both HTLC scripts of a commitment hold. The broadcaster is who may broadcast the
 * commitment; the countersignatory is the other side.
 */
export type HtlcScript = {
  readonly commitmentType: CommitmentType
  /** Of the revocation public key. */
  readonly revocationPublicKeyHash: Hash160
  readonly broadcasterHtlcPublicKey: PublicKey
  readonly countersignatoryHtlcPublicKey: PublicKey
  /** RIPEMD-160 of the payment hash. */
  readonly paymentHash160: Hash160
}

/** The steps that both HTLC scripts start with. */
export function htlcPrologue(parameters: HtlcScript): readonly ScriptElement[] {
  return [
    opcodes.OP_DUP,
    opcodes.OP_HASH160,
    parameters.revocationPublicKeyHash,
    opcodes.OP_EQUAL,
    opcodes.OP_IF,
    opcodes.OP_CHECKSIG,
    opcodes.OP_ELSE,
    parameters.countersignatoryHtlcPublicKey,
    opcodes.OP_SWAP,
    opcodes.OP_SIZE,
    Uint8Array.of(32),
    opcodes.OP_EQUAL,
  ]
}

/** The steps that both HTLC scripts end with: anchor channels add a delay of one block. */
export function htlcEpilogue(commitmentType: CommitmentType): readonly ScriptElement[] {
  return commitmentType === 'anchors'
    ? [opcodes.OP_1, opcodes.OP_CHECKSEQUENCEVERIFY, opcodes.OP_DROP, opcodes.OP_ENDIF]
    : [opcodes.OP_ENDIF]
}

/**
 * Picks the parts of an HTLC script from its steps. Only the parts are checked: whoever calls
 * builds the script again and compares.
 *
 * @param places - where this script has what, and how many steps on static_remotekey channels.
 */
export function pickHtlcScript(
  elements: readonly ScriptElement[],
  places: { readonly payment: number; readonly broadcaster: number; readonly steps: number },
): HtlcScript | undefined {
  const revocation = hash160OfElement(elements[2])
  const countersignatory = publicKeyOfElement(elements[7])
  const payment = hash160OfElement(elements[places.payment])
  const broadcaster = publicKeyOfElement(elements[places.broadcaster])
  if (revocation === undefined || payment === undefined) return undefined
  if (countersignatory === undefined || broadcaster === undefined) return undefined
  return {
    commitmentType: elements.length === places.steps ? 'static-remotekey' : 'anchors',
    revocationPublicKeyHash: revocation,
    broadcasterHtlcPublicKey: broadcaster,
    countersignatoryHtlcPublicKey: countersignatory,
    paymentHash160: payment,
  }
}

function hash160OfElement(element: ScriptElement | undefined): Hash160 | undefined {
  return element instanceof Uint8Array && element.length === 20 ? hash160(element) : undefined
}
