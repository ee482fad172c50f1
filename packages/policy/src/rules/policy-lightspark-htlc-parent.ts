import { equalBytes } from '@boltwarden/core/bytes'
import { indexOf } from '@boltwarden/core/units'
import type { CommitmentFacts } from '../channel/commitment-facts.ts'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import type { HtlcFacts } from '../channel/htlc-facts.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses HTLC transactions that belong to no commitment. */
export const policyLightsparkHtlcParent: Rule<'policy-lightspark-htlc-parent'> = defineRule({
  tag: 'policy-lightspark-htlc-parent',
  summary:
    "an HTLC transaction of the counterparty that does not spend an output of the commitment signed beside it, with that output's amount and script, to the one script that is unknown there; one of our own that does not spend a commitment of ours that was signed, or whose key is not that of its index",
  why: 'A signature for an HTLC is worth what its commitment is: without one it pays whoever wrote it.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    'Whether that unknown script is revocable is not known before the counterparty revokes it. Where `to_local` has no output, all HTLC transactions of the commitment must at least pay one script.',
  check: ({ facts, commitments, view }) =>
    facts.channels.htlcs.flatMap((htlc) => {
      const { channel, signer, input, job } = htlc
      const parent = commitments.find(
        (review) => review.facts.channel === channel && equalBytes(review.facts.txid, input.txid),
      )
      const problems =
        signer === 'countersignatory'
          ? ofCounterparty(htlc, parent)
          : ofHolder(htlc, parent, view.channels.get(channel))
      return problems.map((message) => ({ job: job.job.id, message }))
    }),
})

function ofCounterparty(htlc: HtlcFacts, parent: CommitmentReview | undefined): readonly string[] {
  if (parent === undefined) return ['its commitment is not signed with it']
  const { facts, number, side } = parent
  const spent = facts.outputs[htlc.input.vout]
  const isSpent = spent?.kind === 'htlc' && spent.value === htlc.amountSats
  return [
    ...(isSpent ? [] : ['the commitment has another output there']),
    ...(side === 'counterparty' && htlc.isHolderKey !== true
      ? []
      : ['the commitment is not that of the counterparty']),
    ...(htlc.job.job.index === undefined || htlc.job.job.index === indexOf(number)
      ? []
      : [`the index is not that of number ${number}`]),
    ...(htlc.transaction.outputs.length === 1 ? [] : ['it has more than one output']),
    ...(paysDelayed(htlc, facts) ? [] : ["it does not pay the commitment's delayed script"]),
    ...(hasKeysOf(htlc, facts.htlcs[0]) ? [] : ['its keys are not those of the other HTLCs']),
  ]
}

/** HTLC transactions pay what `to_local` pays: the script that nothing else explains. */
function paysDelayed({ output }: HtlcFacts, { outputs, htlcs }: CommitmentFacts): boolean {
  const delayed = outputs.find(({ kind }) => kind === 'script') ?? htlcs[0]?.output
  return delayed !== undefined && equalBytes(output.scriptPubKey, delayed.scriptPubKey)
}

/** All HTLCs of a commitment have its keys. */
function hasKeysOf({ script }: HtlcFacts, other: HtlcFacts | undefined): boolean {
  return (
    other === undefined ||
    (equalBytes(script.revocationPublicKeyHash, other.script.revocationPublicKeyHash) &&
      equalBytes(script.broadcasterHtlcPublicKey, other.script.broadcasterHtlcPublicKey) &&
      equalBytes(script.countersignatoryHtlcPublicKey, other.script.countersignatoryHtlcPublicKey))
  )
}

function ofHolder(
  htlc: HtlcFacts,
  parent: CommitmentReview | undefined,
  state: ChannelState | undefined,
): readonly string[] {
  const { index } = htlc.job.job
  const signed = state?.broadcast.find(({ txid }) => equalBytes(txid, htlc.input.txid))
  const isKnown = signed !== undefined || parent?.side === 'holder'
  return [
    ...(isKnown ? [] : ['its commitment was not signed']),
    ...(htlc.isHolderKey === false ? ['its key is not ours of that index'] : []),
    ...(signed === undefined || index === undefined || index === signed.index
      ? []
      : [`its commitment has the index ${signed.index}, not ${index}`]),
  ]
}
