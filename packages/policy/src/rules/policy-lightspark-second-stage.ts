import { toHex } from '@boltwarden/core/hex'
import type { OutputRole } from '../onchain/output-roles.ts'
import type { SettledTransaction } from '../onchain/settlement.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses spends of our own commitment's HTLCs that do not bring them to us. */
export const policyLightsparkSecondStage: Rule<'policy-lightspark-second-stage'> = defineRule({
  tag: 'policy-lightspark-second-stage',
  summary:
    'a spend of an HTLC of our own commitment without a P2WSH output beside its input, one that takes several HTLCs to different scripts, or one with any other output that is neither a key of ours nor on the allow-list',
  why: 'The HTLCs of a commitment that we broadcast are claimed by these transactions alone: what they do not bring to our delayed output is lost.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    "The counterparty's revocation basepoint is not sent, so the script of our delayed output cannot be built. The counterparty's signature, without which the transaction is not valid, commits to that output too.",
  check: eachTransaction(['second-stage'], (settled) => [
    ...missing(settled),
    ...differing(settled),
    ...strangers(settled),
  ]),
})

function missing({ onchain: { jobs } }: SettledTransaction): readonly string[] {
  return jobs.flatMap(({ purpose, facts: { spend }, inputIndex }) =>
    purpose === 'second-stage' && spend?.kind !== 'htlc-transaction'
      ? [`no second stage stands beside input ${inputIndex}`]
      : [],
  )
}

function differing({ onchain: { outputs }, roles }: SettledTransaction): readonly string[] {
  const delayed = outputs.filter((_output, index) => roles[index] === 'second-stage')
  const scripts = new Set(delayed.map(({ scriptPubKey }) => toHex(scriptPubKey)))
  return scripts.size > 1 ? ['the HTLCs go to different scripts'] : []
}

const harmless: ReadonlySet<OutputRole> = new Set(['own', 'data', 'allowed', 'second-stage'])

function strangers({ onchain: { outputs }, roles }: SettledTransaction): readonly string[] {
  return outputs.flatMap(({ value }, index) =>
    harmless.has(roles[index] ?? 'unknown')
      ? []
      : [`output ${index} takes ${value} sat to neither a key of ours nor the allow-list`],
  )
}
