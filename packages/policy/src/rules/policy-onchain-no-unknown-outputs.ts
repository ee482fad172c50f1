import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses wallet transactions that pay strangers. */
export const policyOnchainNoUnknownOutputs: Rule<'policy-onchain-no-unknown-outputs'> = defineRule({
  tag: 'policy-onchain-no-unknown-outputs',
  summary:
    "an L1 transaction any of whose outputs is neither a key of ours, a channel's funding, a registered withdrawal nor on the allow-list",
  why: 'The wallet holds what no channel protects. Whoever speaks for the platform could send all of it anywhere.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0084.mediawiki',
  limits:
    'HTLC transactions of our own anchor commitment are known by the commitment that was signed: of one that was signed before this signer knew the channel, the outputs are unknown.',
  check: eachTransaction(['wallet'], ({ onchain: { outputs }, roles }) =>
    outputs.flatMap(({ value }, index) =>
      roles[index] === 'unknown' ? [`output ${index} takes ${value} sat to an unknown script`] : [],
    ),
  ),
})
