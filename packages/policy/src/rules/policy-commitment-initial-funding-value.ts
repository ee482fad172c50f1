import { equalBytes } from '@boltwarden/core/bytes'
import { toHolderSats } from '../channel/htlc-changes.ts'
import { ownFunding, toCounterpartySats } from '../channel/outflow.ts'
import type { Policy } from '../policy.ts'
import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** Refuses opening commitments that give our funding away. */
export const policyCommitmentInitialFundingValue: Rule<'policy-commitment-initial-funding-value'> =
  defineRule({
    tag: 'policy-commitment-initial-funding-value',
    summary:
      "the opening commitment of a channel that the L1 wallet funds which gives us nothing, or the counterparty more than `maxPushSats` (by default any amount, but nothing on a node that only receives or registers its payments), or whose funding output is not the one that the wallet paid; and the wallet's payment, where that commitment came first",
    why: 'What the wallet pays into a channel is ours until it is spent: given away in the first commitment it never was in one.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#the-open_channel-message',
    limits:
      'Who opened a channel is not sent: it is us where the L1 wallet pays into it. What is given away counts as paid over Lightning only where the wallet signed first.',
    check: (context) => [...ofCommitments(context), ...ofWallet(context)],
  })

const ofCommitments = eachCounterpartyCommitment((review, { policy, view }) => {
  const { facts, state } = review
  if (state?.funding !== undefined || review.isRepeated) return []
  const paid = view.node.unlinkedFundings.find(({ txid }) => equalBytes(txid, facts.input.txid))
  if (paid === undefined) return []
  if (ownFunding(review, view.node) === undefined) {
    return ['the funding transaction of the L1 wallet has another output there']
  }
  return problems(toHolderSats(facts), toCounterpartySats(review), policy)
})

/** The wallet pays into channels whose commitment 0 was signed before. */
function ofWallet({ policy, facts, view }: RuleContext): readonly Finding[] {
  const wallet = facts.jobs.find(({ path }) => path.ok && path.value.purpose === 'l1-wallet')
  if (wallet === undefined) return nothing
  return view.fundings.flatMap(({ funding }) => {
    if (funding === undefined) return nothing
    const { initialToHolderSats, initialToCounterpartySats } = funding
    return problems(initialToHolderSats, initialToCounterpartySats, policy).map((message) => ({
      job: wallet.job.id,
      message,
    }))
  })
}

function problems(ours: bigint, theirs: bigint, policy: Policy): readonly string[] {
  const most = maxPush(policy)
  return [
    ...(ours === 0n ? ['nothing of what the L1 wallet pays is ours'] : []),
    ...(most !== undefined && theirs > most
      ? [`${theirs} sat go to the counterparty, above ${most} sat`]
      : []),
  ]
}

function maxPush({ channels, payments }: Policy): bigint | undefined {
  const isBound = payments.receiveOnly || payments.requireIntents
  return channels.maxPushSats ?? (isBound ? 0n : undefined)
}
