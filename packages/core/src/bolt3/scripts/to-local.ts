import { integer } from '../../assert.ts'
import {
  buildScript,
  numberElement,
  numberOfElement,
  opcodes,
  publicKeyOfElement,
} from '../../bitcoin/script.ts'
import { equalBytes, type PublicKey } from '../../bytes.ts'
import { elementsOf } from './elements.ts'

/** What pays the broadcaster of a commitment, or of an HTLC transaction, after a delay. */
export type ToLocalScript = {
  /** Spends at once, where the commitment was revoked. */
  readonly revocationPublicKey: PublicKey
  /** Spends after the delay. */
  readonly delayedPublicKey: PublicKey
  /** In blocks, 0 to 65,535. */
  readonly toSelfDelay: number
}

/**
 * The witness script of `to_local`, and of every HTLC transaction's output.
 *
 * @returns 77 bytes where the delay is from 128 to 32,767.
 * @throws {RangeError} if the delay is out of its range.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#to_local-output
 */
export function buildToLocal(parameters: ToLocalScript): Uint8Array {
  return buildScript(
    opcodes.OP_IF,
    parameters.revocationPublicKey,
    opcodes.OP_ELSE,
    numberElement(integer('toSelfDelay', parameters.toSelfDelay, 0, 0xffff)),
    opcodes.OP_CHECKSEQUENCEVERIFY,
    opcodes.OP_DROP,
    parameters.delayedPublicKey,
    opcodes.OP_ENDIF,
    opcodes.OP_CHECKSIG,
  )
}

/** Reads a `to_local` witness script; undefined for any other script. */
export function parseToLocal(script: Uint8Array): ToLocalScript | undefined {
  const [, revocation, , delay, , , delayed] = elementsOf(script)
  const revocationPublicKey = publicKeyOfElement(revocation)
  const delayedPublicKey = publicKeyOfElement(delayed)
  const toSelfDelay = numberOfElement(delay)
  if (revocationPublicKey === undefined || delayedPublicKey === undefined) return undefined
  if (toSelfDelay === undefined || toSelfDelay > 0xffff) return undefined
  const parameters = { revocationPublicKey, delayedPublicKey, toSelfDelay }
  return equalBytes(buildToLocal(parameters), script) ? parameters : undefined
}
