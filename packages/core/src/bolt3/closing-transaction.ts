import type { OutPoint, Transaction, TxOut } from '../bitcoin/transaction.ts'
import { type Sats, sats } from '../units.ts'
import { compareOutputs } from './output-order.ts'

/** Everything that decides a cooperative close by `closing_signed`. */
export type ClosingParameters = {
  readonly funding: OutPoint
  /** What the side that pays the fee gets, before the fee. */
  readonly funderOutput: TxOut
  /** What the other side gets. */
  readonly otherOutput: TxOut
  readonly fee: Sats
  /** Of the side that signs: an output below it is left out. */
  readonly dustLimit: Sats
}

/**
 * Builds the closing transaction of `closing_signed`, unsigned. A side whose balance is 0, or
 * below the dust limit after the fee, has no output.
 *
 * @throws {RangeError} if no output is left.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#legacy-closing-transaction
 */
export function buildClosing(parameters: ClosingParameters): Transaction {
  const { funderOutput, otherOutput, fee, dustLimit } = parameters
  const left = sats(funderOutput.value > fee ? funderOutput.value - fee : 0n)
  const outputs = [{ ...funderOutput, value: left }, otherOutput].filter(
    (output) => output.value > 0n && output.value >= dustLimit,
  )
  return closingOf(parameters.funding, outputs, { locktime: 0, sequence: 0xffff_ffff })
}

/** Everything that decides a cooperative close by `closing_complete`. */
export type SimpleClosingParameters = {
  readonly funding: OutPoint
  /** What the side that sent `closing_complete` gets, before the fee; undefined to leave it out. */
  readonly closerOutput: TxOut | undefined
  /** What the other side gets; undefined to leave it out. */
  readonly closeeOutput: TxOut | undefined
  readonly fee: Sats
  readonly locktime: number
}

/**
 * Builds the closing transaction of `closing_complete` (option_simple_close), unsigned. Which
 * outputs there are is agreed in the message; an OP_RETURN output gets nothing.
 *
 * @throws {RangeError} if the closer cannot pay the fee, or no output is left.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#closing-transaction
 */
export function buildSimpleClosing(parameters: SimpleClosingParameters): Transaction {
  const { closerOutput, closeeOutput, fee, locktime } = parameters
  const closer = closerOutput && { ...closerOutput, value: sats(closerOutput.value - fee) }
  const outputs = [closer, closeeOutput]
    .filter((output) => output !== undefined)
    .map((output) => (isOpReturn(output) ? { ...output, value: sats(0n) } : output))
  return closingOf(parameters.funding, outputs, { locktime, sequence: 0xffff_fffd })
}

function isOpReturn({ scriptPubKey }: TxOut): boolean {
  return scriptPubKey[0] === 0x6a
}

function closingOf(
  { txid, vout }: OutPoint,
  outputs: readonly TxOut[],
  { locktime, sequence }: { readonly locktime: number; readonly sequence: number },
): Transaction {
  if (outputs.length === 0) throw new RangeError('"outputs" expected at least one, got none')
  return {
    version: 2,
    inputs: [{ txid, vout, scriptSig: new Uint8Array(), sequence, witness: [] }],
    outputs: outputs
      .map(({ value, scriptPubKey }) => ({ value, scriptPubKey }))
      .sort(compareOutputs),
    locktime,
  }
}
