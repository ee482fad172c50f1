import { unpaidDestinations } from '../onchain/destinations.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses wallet transactions whose change is not where it is said to be. */
export const policyOnchainOutputScriptpubkey: Rule<'policy-onchain-output-scriptpubkey'> =
  defineRule({
    tag: 'policy-onchain-output-scriptpubkey',
    summary: 'an L1 transaction that names a destination path of ours which no output pays',
    why: 'A change that is named but not paid went somewhere else, in the simplest case to a script that looks like ours.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: 'https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#p2wpkh',
    limits: 'A job that names no destination is judged by its outputs alone.',
    check: eachTransaction(['wallet'], ({ onchain }) =>
      unpaidDestinations(onchain, ['wallet']).map(
        (path) => `no output pays ${path}, the destination that is named`,
      ),
    ),
  })
