import { formatKeyPath, type KeyPath } from '@boltwarden/core/keys/key-path'
import type { OnchainTransaction } from '../onchain/onchain-transaction.ts'
import { isOwnScriptPath } from '../onchain/outputs.ts'
import { anyPurpose, eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses addresses of ours that nobody would find again. */
export const policyOnchainWalletPathPredictable: Rule<'policy-onchain-wallet-path-predictable'> =
  defineRule({
    tag: 'policy-onchain-wallet-path-predictable',
    summary:
      "a transaction on the chain that pays, names as its destination, or spends a key of ours that no wallet looks for: an index above `onchain.maxWalletIndex`, another network's coin, or a key that receives nothing",
    why: 'Coins at an index that nobody searches are lost until somebody tells which it is, and whoever chose it can ask for money to tell.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: 'https://github.com/bitcoin/bips/blob/master/bip-0044.mediawiki#address-gap-limit',
    limits:
      'Which addresses were used before is not remembered, so the bound is fixed and no gap is counted.',
    check: eachTransaction(anyPurpose, ({ onchain }, context) => problems(onchain, context)),
  })

function problems(
  { jobs, outputs }: OnchainTransaction,
  { facts: { network }, policy }: RuleContext,
): readonly string[] {
  const { maxWalletIndex } = policy.onchain
  const paid = outputs.flatMap(({ own }) => (own === undefined ? [] : [own]))
  const named = jobs.flatMap(({ facts: { destination } }) =>
    destination?.ok ? [destination.value] : [],
  )
  const spent = jobs.flatMap(({ facts: { path } }) =>
    path.ok && path.value.purpose === 'l1-wallet' ? [path.value] : [],
  )
  const messages = [...paid, ...named].flatMap((path): readonly string[] => {
    if (!isOwnScriptPath(path, network)) return [`${formatKeyPath(path)} receives nothing`]
    return path.index > maxWalletIndex
      ? [`${formatKeyPath(path)} is beyond index ${maxWalletIndex}`]
      : []
  })
  const foreign = spent
    .filter((path: KeyPath) => !isOwnScriptPath(path, network))
    .map((path) => `${formatKeyPath(path)} is the wallet of another network`)
  return [...new Set([...messages, ...foreign])]
}
