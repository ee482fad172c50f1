import { equalBytes } from '@boltwarden/core/bytes'
import { commitmentSource, eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments of another funding output. */
export const policyCommitmentInputMatchFunding: Rule<'policy-commitment-input-match-funding'> =
  defineRule({
    tag: 'policy-commitment-input-match-funding',
    summary:
      'a commitment that spends another outpoint, amount or pair of keys than the first one of its channel',
    why: 'One set of secrets belongs to one funding output: a second would have a second history that nobody checks.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: commitmentSource,
    limits:
      'The first commitment is believed: that its funding output exists is on a chain which the signer does not see. Splices change the funding output and are refused.',
    check: eachCommitment(({ facts, state }) => {
      const funding = state?.funding
      if (funding === undefined) return []
      const { input, amountSats, counterpartyKey } = facts
      const isOutPoint = input.vout === funding.vout && equalBytes(input.txid, funding.txid)
      return [
        ...(isOutPoint ? [] : ["the input is not the channel's funding output"]),
        ...(amountSats === funding.amountSats
          ? []
          : [`the funding amount is ${amountSats} sat, not ${funding.amountSats} sat`]),
        ...(equalBytes(counterpartyKey, funding.counterpartyKey)
          ? []
          : ["the other funding key is not the channel's"]),
      ]
    }),
  })
