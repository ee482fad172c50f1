import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments with too many HTLCs. */
export const policyCommitmentHtlcCountLimit: Rule<'policy-commitment-htlc-count-limit'> =
  defineRule({
    tag: 'policy-commitment-htlc-count-limit',
    summary: "a counterparty's commitment with more HTLCs than `maxHtlcs`",
    why: 'Each HTLC is an output to claim in time and to pay for, should the channel be closed.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#the-open_channel-message',
    limits: 'Only HTLCs with an output of their own are seen.',
    check: eachCounterpartyCommitment(({ facts }, { policy }) => {
      const count = facts.htlcs.length
      const { maxHtlcs } = policy.channels
      return count <= maxHtlcs ? [] : [`${count} HTLCs, above ${maxHtlcs}`]
    }),
  })
