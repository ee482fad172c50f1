import { equalBytes } from '@boltwarden/core/bytes'
import type { Policy } from '../policy.ts'
import { fundingScriptPubKey } from '../state/funding.ts'
import { outPointKey } from '../state/out-point.ts'
import type { SpentOutput } from '../state/spent-output.ts'
import type { View } from '../view.ts'
import { isAllowed } from './allow-list.ts'
import type { OnchainTransaction } from './onchain-transaction.ts'
import type { OutputFacts } from './outputs.ts'
import type { Withdrawals } from './withdrawals.ts'

/**
 * Where an output's money goes.
 *
 * - `own`: to a key of our own.
 * - `data`: nowhere: it holds nothing.
 * - `second-stage`: on from the HTLC output that the input beside it spends.
 * - `withdrawal`: to where a registered withdrawal says.
 * - `unregistered`: to a script with registered withdrawals, none of which covers it.
 * - `allowed`: to a script of the allow-list.
 * - `funding`: into a channel whose first commitment was signed.
 * - `misfunding`: to the outpoint of such a channel, but not as its commitment has it.
 * - `unlinked`: into what may be a channel that no commitment has shown yet.
 * - `unknown`: anywhere else.
 */
export type OutputRole =
  | 'own'
  | 'data'
  | 'second-stage'
  | 'withdrawal'
  | 'unregistered'
  | 'allowed'
  | 'funding'
  | 'misfunding'
  | 'unlinked'
  | 'unknown'

/** What telling roles apart needs besides the transaction. */
export type RoleContext = {
  readonly policy: Policy
  readonly view: View
  readonly spends: ReadonlyMap<string, SpentOutput>
  readonly withdrawals: Withdrawals
}

/** The role of each output. What only a wallet may pay is not looked for in other transactions. */
export function rolesOf(onchain: OnchainTransaction, context: RoleContext): readonly OutputRole[] {
  const isWallet = onchain.jobs.some(({ purpose }) => purpose === 'wallet')
  return onchain.outputs.map((output, index) => {
    if (output.own !== undefined) return 'own'
    if (output.form === 'data' && output.value === 0n) return 'data'
    if (isSecondStage(onchain, output, index, context)) return 'second-stage'
    const walletRole = isWallet ? walletRoleOf(onchain, output, index, context) : undefined
    if (walletRole !== undefined && walletRole !== 'unlinked') return walletRole
    if (isAllowed(context.policy, output.scriptPubKey)) return 'allowed'
    return walletRole ?? 'unknown'
  })
}

/**
 * Whether an output stands beside an HTLC of our own commitment, and holds no more: one that a job of
 * this event takes, or did before, or that was seen when that commitment was signed.
 */
function isSecondStage(
  { transaction, jobs }: OnchainTransaction,
  { form, value }: OutputFacts,
  index: number,
  { spends }: RoleContext,
): boolean {
  const input = transaction.inputs[index]
  if (form !== 'p2wsh' || input === undefined) return false
  const known = spends.get(outPointKey(input))?.own
  // The script is not known: what the wallet added to it would go to whoever wrote it.
  if (known === undefined || value > known.amountSats) return false
  const here = jobs.filter(({ inputIndex }) => inputIndex === index)
  if (here.length > 0) return here.every(({ purpose }) => purpose === 'second-stage')
  return known.purpose === 'second-stage'
}

function walletRoleOf(
  { txid }: OnchainTransaction,
  output: OutputFacts,
  vout: number,
  { policy, view, withdrawals }: RoleContext,
): OutputRole | undefined {
  const covered = withdrawals.covers(output.scriptPubKey)
  if (covered === true) return 'withdrawal'
  const funded = view.fundings.find(
    ({ funding }) => funding && equalBytes(funding.txid, txid) && funding.vout === vout,
  )?.funding
  if (funded !== undefined) {
    const fits =
      funded.amountSats === output.value &&
      equalBytes(fundingScriptPubKey(funded), output.scriptPubKey)
    return fits ? 'funding' : 'misfunding'
  }
  if (covered === false && !isAllowed(policy, output.scriptPubKey)) return 'unregistered'
  return output.form === 'p2wsh' && policy.onchain.unlinkedFundingMaxSats > 0n
    ? 'unlinked'
    : undefined
}
