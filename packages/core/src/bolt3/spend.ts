import { type Hash160, hash160Of } from '../bitcoin/hash.ts'
import { isP2wsh, publicKeyHashOf } from '../bitcoin/output-script.ts'
import type { Transaction, TxIn } from '../bitcoin/transaction.ts'
import { equalBytes, type PublicKey } from '../bytes.ts'
import { obscuredNumberOf } from './commitment-number.ts'
import { type AnchorScript, parseAnchor } from './scripts/anchor.ts'
import { type FundingScript, parseFunding } from './scripts/funding.ts'
import type { HtlcScript } from './scripts/htlc-script.ts'
import { type OfferedHtlcScript, parseOfferedHtlc } from './scripts/offered-htlc.ts'
import { parseReceivedHtlc, type ReceivedHtlcScript } from './scripts/received-htlc.ts'
import { parseToLocal, type ToLocalScript } from './scripts/to-local.ts'
import { parseToRemote, type ToRemoteScript } from './scripts/to-remote.ts'

/** A script of the templates that a Lightning signer spends, with what it holds. */
export type SpentScript =
  | ({ readonly template: 'funding' } & FundingScript)
  | ({ readonly template: 'to-local' } & ToLocalScript)
  | ({ readonly template: 'to-remote' } & ToRemoteScript)
  | ({ readonly template: 'anchor' } & AnchorScript)
  | ({ readonly template: 'offered-htlc' } & OfferedHtlcScript)
  | ({ readonly template: 'received-htlc' } & ReceivedHtlcScript)
  | { readonly template: 'p2wpkh'; readonly publicKeyHash: Hash160 }

/** An HTLC output's script. */
export type SpentHtlcScript = Extract<SpentScript, { template: 'offered-htlc' | 'received-htlc' }>

/**
 * What a signature by one key on one input does. `script` is what the spent output holds.
 */
export type Spend =
  /** Spends the funding output in the shape of a commitment, whose number is still obscured. */
  | {
      readonly kind: 'commitment'
      readonly script: Extract<SpentScript, { template: 'funding' }>
      readonly obscuredNumber: number
    }
  /** Spends the funding output with nothing else, in the shape of a cooperative close. */
  | { readonly kind: 'closing'; readonly script: Extract<SpentScript, { template: 'funding' }> }
  /** Takes an HTLC output to its second stage, a P2WSH output beside the input. */
  | {
      readonly kind: 'htlc-transaction'
      readonly script: SpentHtlcScript
      readonly signer: 'broadcaster' | 'countersignatory'
    }
  /** Takes an HTLC of the other side's commitment: with the preimage, or after the expiry. */
  | { readonly kind: 'htlc-claim'; readonly script: SpentHtlcScript }
  | { readonly kind: 'anchor'; readonly script: Extract<SpentScript, { template: 'anchor' }> }
  /** Takes the broadcaster's own delayed output. */
  | {
      readonly kind: 'to-local-sweep'
      readonly script: Extract<SpentScript, { template: 'to-local' }>
    }
  /** Takes `to_remote` of an anchor channel; on other channels that is a `wallet` spend. */
  | {
      readonly kind: 'to-remote-sweep'
      readonly script: Extract<SpentScript, { template: 'to-remote' }>
    }
  /** Takes an output of a revoked commitment with the revocation key. */
  | {
      readonly kind: 'justice'
      readonly script: SpentHtlcScript | Extract<SpentScript, { template: 'to-local' }>
    }
  /** Spends P2WPKH: of the L1 wallet, a destination, or `to_remote` of static_remotekey. */
  | { readonly kind: 'wallet'; readonly script: Extract<SpentScript, { template: 'p2wpkh' }> }
  /** None of these: the script is no template, the key is not in it, or the shape is foreign. */
  | { readonly kind: 'unknown'; readonly script: SpentScript | undefined }

/** The name of a spend. */
export type SpendKind = Spend['kind']

/**
 * Recognises a spent output's script: a witness script of BOLT 3, or P2WPKH as its scriptPubKey or
 * its script code.
 *
 * @returns undefined where it is none of them, to the byte.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#transactions
 * @example
 * ```ts
 * import { recogniseScript } from '@boltwarden/core/bolt3/spend'
 * recogniseScript(Uint8Array.of(0x51)) // undefined
 * ```
 */
export function recogniseScript(script: Uint8Array): SpentScript | undefined {
  const publicKeyHash = publicKeyHashOf(script)
  if (publicKeyHash !== undefined) return { template: 'p2wpkh', publicKeyHash }
  return (
    named('funding', parseFunding(script)) ??
    named('offered-htlc', parseOfferedHtlc(script)) ??
    named('received-htlc', parseReceivedHtlc(script)) ??
    named('to-local', parseToLocal(script)) ??
    named('to-remote', parseToRemote(script)) ??
    named('anchor', parseAnchor(script))
  )
}

function named<Name extends SpentScript['template'], T extends object>(
  template: Name,
  fields: T | undefined,
): ({ readonly template: Name } & T) | undefined {
  return fields && { template, ...fields }
}

/**
 * Recognises what a signature by `publicKey` on one input does: one script is spent in different
 * ways by different keys.
 *
 * Shapes are recognised, not approved: amounts, outputs, fees and numbers are for the rules.
 *
 * @param inputIndex - as a `SighashSearch` finds it.
 * @param publicKey - of the (tweaked) key that signs.
 * @returns `unknown` where the key does not stand in the script or the shape is foreign.
 */
export function recogniseSpend(
  transaction: Transaction,
  inputIndex: number,
  script: SpentScript | undefined,
  publicKey: PublicKey,
): Spend {
  const input = transaction.inputs[inputIndex]
  const spend = script && input && recognise(transaction, inputIndex, input, script, publicKey)
  return spend ?? { kind: 'unknown', script }
}

function recognise(
  transaction: Transaction,
  inputIndex: number,
  input: TxIn,
  script: SpentScript,
  publicKey: PublicKey,
): Spend | undefined {
  switch (script.template) {
    case 'funding':
      if (!script.publicKeys.some((key) => equalBytes(key, publicKey))) return undefined
      return spendOfFunding(transaction, input, script)
    case 'to-local':
      if (equalBytes(script.revocationPublicKey, publicKey)) return { kind: 'justice', script }
      return equalBytes(script.delayedPublicKey, publicKey)
        ? { kind: 'to-local-sweep', script }
        : undefined
    case 'to-remote':
      return equalBytes(script.paymentPublicKey, publicKey)
        ? { kind: 'to-remote-sweep', script }
        : undefined
    case 'anchor':
      return equalBytes(script.fundingPublicKey, publicKey) ? { kind: 'anchor', script } : undefined
    case 'offered-htlc':
    case 'received-htlc':
      return spendOfHtlc(transaction, inputIndex, script, publicKey)
    case 'p2wpkh':
      return equalBytes(script.publicKeyHash, hash160Of(publicKey))
        ? { kind: 'wallet', script }
        : undefined
  }
}

function spendOfFunding(
  transaction: Transaction,
  input: TxIn,
  script: Extract<SpentScript, { template: 'funding' }>,
): Spend | undefined {
  const obscuredNumber = obscuredNumberOf(transaction)
  if (obscuredNumber !== undefined) return { kind: 'commitment', script, obscuredNumber }
  // 0xfffffffd: option_simple_close; 0xffffffff: closing_signed.
  const isClosing = input.sequence === 0xffff_ffff || input.sequence === 0xffff_fffd
  return isClosing && transaction.inputs.length === 1 ? { kind: 'closing', script } : undefined
}

function spendOfHtlc(
  transaction: Transaction,
  inputIndex: number,
  script: SpentHtlcScript,
  publicKey: PublicKey,
): Spend | undefined {
  if (equalBytes(script.revocationPublicKeyHash, hash160Of(publicKey))) {
    return { kind: 'justice', script }
  }
  // Where both sides' keys were equal, the broadcaster's reading is the stricter one.
  if (equalBytes(script.broadcasterHtlcPublicKey, publicKey)) {
    return isSecondStage(transaction, inputIndex, script)
      ? { kind: 'htlc-transaction', script, signer: 'broadcaster' }
      : undefined
  }
  if (!equalBytes(script.countersignatoryHtlcPublicKey, publicKey)) return undefined
  return isSecondStage(transaction, inputIndex, script) && transaction.inputs.length === 1
    ? { kind: 'htlc-transaction', script, signer: 'countersignatory' }
    : { kind: 'htlc-claim', script }
}

/** Whether the output beside an HTLC input is P2WSH; anchor channels may join several. */
function isSecondStage(
  transaction: Transaction,
  inputIndex: number,
  { commitmentType }: HtlcScript,
): boolean {
  const output = transaction.outputs[inputIndex]
  if (output === undefined || !isP2wsh(output.scriptPubKey)) return false
  return commitmentType === 'anchors' || transaction.inputs.length === 1
}
