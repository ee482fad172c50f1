import { equalBytes } from '@boltwarden/core/bytes'
import { indexOf } from '@boltwarden/core/units'
import type { CommitmentFacts } from '../channel/commitment-facts.ts'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import { type HolderParent, holderParent } from '../channel/holder-parent.ts'
import { mayBeDelayed } from '../channel/holder-scripts.ts'
import { isSameHtlc } from '../channel/htlc-changes.ts'
import type { HtlcFacts } from '../channel/htlc-facts.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses HTLC transactions that belong to no commitment. */
export const policyLightsparkHtlcParent: Rule<'policy-lightspark-htlc-parent'> = defineRule({
  tag: 'policy-lightspark-htlc-parent',
  summary:
    "an HTLC transaction of the counterparty that does not spend an output of the commitment signed beside it, with that output's amount and script, to the one script that is unknown there, or that has another expiry than when its commitment was signed before; one of our own that does not spend a commitment of ours that was signed, whose key is not that of its index, or whose output is not the script that holds our balance there",
  why: 'A signature for an HTLC is worth what its commitment is: without one it pays whoever wrote it.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    'Whether that unknown script is revocable is not known before the counterparty revokes it. Where `to_local` has no output, all HTLC transactions of the commitment must at least pay one script, and those of ours none of its other outputs. Our own `to_local` is found by its amount, within fees and what came back to us; where our balance may be too small for it, any other script passes.',
  check: ({ facts, commitments, view, policy }) =>
    facts.channels.htlcs.flatMap((htlc) => {
      const { channel, signer, input, job } = htlc
      const parent = commitments.find(
        (review) => review.facts.channel === channel && equalBytes(review.facts.txid, input.txid),
      )
      const problems =
        signer === 'countersignatory'
          ? ofCounterparty(htlc, parent)
          : ofHolder(htlc, holderParent(htlc, parent, view.channels.get(channel), policy))
      return problems.map((message) => ({ job: job.job.id, message }))
    }),
})

function ofCounterparty(htlc: HtlcFacts, parent: CommitmentReview | undefined): readonly string[] {
  if (parent === undefined) return ['its commitment is not signed with it']
  const { facts, number, side, state, isRepeated } = parent
  const known = state?.commitments.find(({ txid }) => equalBytes(txid, facts.txid))
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
    // What the counterparty offered shows its expiry in this transaction alone.
    ...(isRepeated && !(known?.htlcs ?? []).some((one) => isSameHtlc(one, htlc))
      ? ['its commitment was signed before, with another HTLC there']
      : []),
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

function ofHolder(htlc: HtlcFacts, parent: HolderParent | undefined): readonly string[] {
  const { index } = htlc.job.job
  if (parent === undefined) return ['its commitment was not signed', ...ofKey(htlc)]
  const { scripts, toLocal = 'perhaps' } = parent
  return [
    ...ofKey(htlc),
    ...(parent.index === undefined || index === undefined || index === parent.index
      ? []
      : [`its commitment has the index ${parent.index}, not ${index}`]),
    ...(scripts === undefined || mayBeDelayed(htlc.output.scriptPubKey, { scripts, toLocal })
      ? []
      : ['it does not pay our delayed script of its commitment']),
  ]
}

function ofKey({ isHolderKey }: HtlcFacts): readonly string[] {
  return isHolderKey === false ? ['its key is not ours of that index'] : []
}
