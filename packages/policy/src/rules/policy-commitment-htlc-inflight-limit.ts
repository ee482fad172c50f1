import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments with too much in HTLCs. */
export const policyCommitmentHtlcInflightLimit: Rule<'policy-commitment-htlc-inflight-limit'> =
  defineRule({
    tag: 'policy-commitment-htlc-inflight-limit',
    summary: "a counterparty's commitment whose HTLCs add up to more than `maxHtlcInflightSats`",
    why: 'What is in flight is decided by whoever knows the preimages, and is lost where claims come too late.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#the-open_channel-message',
    limits: 'Both directions count together. Only HTLCs with an output of their own are seen.',
    check: eachCounterpartyCommitment(({ facts }, { policy }) => {
      const sum = facts.htlcs.reduce((total, { amountSats }) => total + amountSats, 0n)
      const { maxHtlcInflightSats } = policy.channels
      return sum <= maxHtlcInflightSats
        ? []
        : [`${sum} sat are in flight, above ${maxHtlcInflightSats} sat`]
    }),
  })
