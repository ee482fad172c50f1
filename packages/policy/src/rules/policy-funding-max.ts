import { isMidlife } from '../channel/commitment-review.ts'
import { eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses channels that are too large. */
export const policyFundingMax: Rule<'policy-funding-max'> = defineRule({
  tag: 'policy-funding-max',
  summary: 'the opening commitment of a channel larger than `maxFundingSats`',
  why: 'What lies in channels lies in hot keys: the owner bounds how much one channel may hold.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#the-open_channel-message',
  limits: 'Each channel is bounded by itself; how many there are is not.',
  check: eachCommitment(({ facts, state }, { policy }) => {
    if (isMidlife(state) || state?.funding !== undefined) return []
    const { maxFundingSats } = policy.channels
    return facts.amountSats <= maxFundingSats
      ? []
      : [`the channel has ${facts.amountSats} sat, above ${maxFundingSats} sat`]
  }),
})
