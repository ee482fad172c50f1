import type { SettledTransaction } from '../onchain/settlement.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses withdrawals that the owner did not register. */
export const policyLightsparkWithdrawalIntent: Rule<'policy-lightspark-withdrawal-intent'> =
  defineRule({
    tag: 'policy-lightspark-withdrawal-intent',
    summary:
      'an L1 transaction that pays a script with registered withdrawals more than they are for, after they expired or a second time; with `onchain.requireIntents` any payment of the allow-list that is not registered',
    why: 'What the owner says before, over another way than the platform, cannot be invented by whoever took over the platform.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: 'https://github.com/bitcoin/bips/blob/master/bip-0125.mediawiki',
    limits:
      'A transaction may use a withdrawal again only where it spends the first input of the one that used it first, so that not both can be mined; which of them is mined is not seen.',
    check: eachTransaction(['wallet'], problems),
  })

function problems(
  { onchain: { outputs }, roles }: SettledTransaction,
  { policy }: RuleContext,
): readonly string[] {
  return outputs.flatMap(({ value }, index) => {
    if (roles[index] === 'unregistered') {
      return [`no registered withdrawal covers output ${index} of ${value} sat`]
    }
    return roles[index] === 'allowed' && policy.onchain.requireIntents
      ? [`output ${index} of ${value} sat is allowed but not registered`]
      : []
  })
}
