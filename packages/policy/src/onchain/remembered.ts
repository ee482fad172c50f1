import { isP2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'

/** The most outputs that the transactions of one event may spend together. */
export const maxSpentOutputs = 2000

/**
 * Whether an event may ask for our own commitment by itself, so that its outputs are remembered. Those
 * of an event that asks for its HTLCs too are shown by these.
 */
export function isLoneCommitment(jobs: readonly unknown[]): boolean {
  return jobs.length === 1
}

/**
 * Whether a transaction takes one output to one P2WSH output, as each HTLC transaction without
 * anchors does. It shows all its amounts, so nothing of it is remembered for later events.
 */
export function isLoneSecondStage({ inputs, outputs }: Transaction): boolean {
  const [output] = outputs
  return inputs.length === 1 && outputs.length === 1 && output !== undefined
    ? isP2wsh(output.scriptPubKey)
    : false
}
