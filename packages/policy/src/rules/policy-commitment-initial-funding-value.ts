import { equalBytes } from '@boltwarden/core/bytes'
import { ownFunding, pushedSats } from '../channel/outflow.ts'
import type { Policy } from '../policy.ts'
import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses opening commitments that give our funding away. */
export const policyCommitmentInitialFundingValue: Rule<'policy-commitment-initial-funding-value'> =
  defineRule({
    tag: 'policy-commitment-initial-funding-value',
    summary:
      'the opening commitment of a channel that the L1 wallet funds which gives the counterparty more than `maxPushSats` (by default any amount, but nothing on a node that only receives or registers its payments), or whose funding output is not the one that the wallet paid',
    why: 'What the wallet paid into a channel is ours until it is spent: given away in the first commitment it never was in one.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#the-open_channel-message',
    limits:
      'Who opened a channel is known where the L1 wallet signed its funding transaction first. Where it signs afterwards, policy-onchain-output-match-commitment looks at the commitment.',
    check: eachCounterpartyCommitment((review, { policy, view }) => {
      const { facts, state } = review
      if (state?.funding !== undefined || review.isRepeated) return []
      const paid = view.node.unlinkedFundings.find(({ txid }) => equalBytes(txid, facts.input.txid))
      if (paid === undefined) return []
      if (ownFunding(review, view.node) === undefined) {
        return ['the funding transaction of the L1 wallet has another output there']
      }
      const pushed = pushedSats(review, view.node)
      const most = maxPush(policy)
      return most === undefined || pushed <= most
        ? []
        : [`${pushed} sat go to the counterparty, above ${most} sat`]
    }),
  })

function maxPush({ channels, payments }: Policy): bigint | undefined {
  const isBound = payments.receiveOnly || payments.requireIntents
  return channels.maxPushSats ?? (isBound ? 0n : undefined)
}
