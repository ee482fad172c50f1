import { equalBytes } from '@boltwarden/core/bytes'
import type { OnchainJob } from '../onchain/onchain-transaction.ts'
import type { SettledTransaction } from '../onchain/settlement.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses HTLC transactions of our own commitment that are not BOLT 3's. */
export const policyLightsparkSecondStage: Rule<'policy-lightspark-second-stage'> = defineRule({
  tag: 'policy-lightspark-second-stage',
  summary:
    "an HTLC transaction of our own commitment that does not spend the commitment of its index that was signed, whose tweak does not follow from our own per-commitment point of that index, whose version, sequence, lock time, amount or outputs are not BOLT 3's, or that pays anybody else",
  why: 'The HTLCs of a commitment that we broadcast are ours to claim by these transactions alone: what they do not bring to our delayed output is lost.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    "The counterparty's revocation basepoint is not sent, so that the script of our delayed output cannot be built: it must be P2WSH, and the same for every HTLC of the transaction. Without the counterparty's signature, which commits to that output too, the transaction is not valid.",
  check: eachTransaction(['second-stage'], problems),
})

function problems(settled: SettledTransaction, context: RuleContext): readonly string[] {
  const { jobs } = settled.onchain
  const own = jobs.filter(({ purpose }) => purpose === 'second-stage')
  return [
    ...ofTransaction(settled),
    ...new Set(own.flatMap((job) => [...ofJob(job, settled), ...ofParent(job, settled, context)])),
  ]
}

function ofTransaction({ onchain, roles }: SettledTransaction): readonly string[] {
  const { transaction, outputs } = onchain
  const delayed = outputs.filter((_output, index) => roles[index] === 'second-stage')
  const scripts = new Set(delayed.map(({ scriptPubKey }) => scriptPubKey.join()))
  const strangers = roles.flatMap((role, index) =>
    role === 'own' || role === 'data' || role === 'allowed' || role === 'second-stage'
      ? []
      : [`output ${index} pays somebody else`],
  )
  return [
    ...(transaction.version === 2 ? [] : [`the version is ${transaction.version}, not 2`]),
    ...(scripts.size > 1 ? ['the HTLCs go to different scripts'] : []),
    ...strangers,
  ]
}

function ofJob({ facts, inputIndex, amount, isOwnTweak }: OnchainJob, settled: SettledTransaction) {
  const { spend, job } = facts
  if (spend?.kind !== 'htlc-transaction')
    return [`no second stage stands beside input ${inputIndex}`]
  const { transaction } = settled.onchain
  const { commitmentType, template } = spend.script
  const sequence = commitmentType === 'anchors' ? 1 : 0
  const found = transaction.inputs[inputIndex]?.sequence
  const value = transaction.outputs[inputIndex]?.value ?? 0n
  const { locktime } = transaction
  const isDue =
    template === 'received-htlc' ? locktime === 0 : locktime > 0 && locktime < 500_000_000
  return [
    ...(found === sequence ? [] : [`the sequence is ${found}, not ${sequence}`]),
    ...(isDue ? [] : [`the lock time ${locktime} is not that of such an HTLC`]),
    ...(commitmentType === 'anchors' && value !== amount
      ? [`${value} sat of the HTLC's ${amount} sat go on`]
      : []),
    ...(job.index === undefined ? ['the job names no per-commitment index'] : []),
    ...(isOwnTweak === false
      ? [`the tweak does not follow from our own point of index ${job.index}`]
      : []),
  ]
}

/** A channel that is not known from its first index on may have been closed before. */
function ofParent(
  { facts: { path, job }, inputIndex }: OnchainJob,
  { onchain: { transaction } }: SettledTransaction,
  { view }: RuleContext,
): readonly string[] {
  const state =
    path.ok && 'channel' in path.value ? view.channels.get(path.value.channel) : undefined
  const input = transaction.inputs[inputIndex]
  if (state === undefined || input === undefined || state.origin === 'adopted') return []
  return isSigned(state, input.txid, job.index)
    ? []
    : ['it spends no commitment of ours that was signed for this index']
}

function isSigned(
  { broadcast }: ChannelState,
  txid: Uint8Array,
  index: number | undefined,
): boolean {
  return broadcast.some((one) => one.index === index && equalBytes(one.txid, txid))
}
