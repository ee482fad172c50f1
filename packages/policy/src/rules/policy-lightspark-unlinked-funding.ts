import { maxUnlinkedFundings, settle, waitingSats } from '../onchain/settlement.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** Limits what waits in fundings of channels that no commitment has shown. */
export const policyLightsparkUnlinkedFunding: Rule<'policy-lightspark-unlinked-funding'> =
  defineRule({
    tag: 'policy-lightspark-unlinked-funding',
    summary: `an L1 transaction that pays a P2WSH output which no commitment has shown yet, where what waits in such outputs would exceed \`onchain.unlinkedFundingMaxSats\`, or they would be more than ${maxUnlinkedFundings}`,
    why: "Some nodes sign a channel's funding before its first commitment. Until then nothing tells the funding of a channel from a script of somebody else, so it is a loan of trust with a limit.",
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#the-funding_created-message',
    limits:
      'A P2WSH output is a hash: whether it is a 2-of-2 of ours shows when the first commitment spends it, with the same outpoint, script and amount. With a limit of 0 such an output is an unknown one.',
    check,
  })

function check({ policy, facts, view }: RuleContext): readonly Finding[] {
  const { transactions, node } = settle(policy, facts, view)
  const adding = transactions.find(({ roles }) => roles.includes('unlinked'))
  const job = adding?.onchain.jobs.find(({ purpose }) => purpose === 'wallet')?.facts.job.id
  if (job === undefined) return nothing
  const waiting = waitingSats(node.unlinkedFundings)
  const most = policy.onchain.unlinkedFundingMaxSats
  const count = node.unlinkedFundings.length
  return [
    ...(waiting > most
      ? [
          {
            job,
            message: `${waiting} sat would wait in fundings of unknown channels, above ${most}`,
          },
        ]
      : []),
    ...(count > maxUnlinkedFundings
      ? [{ job, message: `${count} fundings would wait for their channels` }]
      : []),
  ]
}
