import { maxSpentOutputs } from '../onchain/remembered.ts'
import { spentOutputs } from '../onchain/settlement.ts'
import { anyPurpose, eachTransaction } from './onchain-check.ts'
import { defineRule, type Finding, type Rule } from './rule.ts'

const tooHeavy = eachTransaction(anyPurpose, ({ onchain: { weight } }, { policy }) => {
  const most = policy.onchain.maxTransactionWeight
  return weight <= most ? [] : [`it weighs up to ${weight} weight units, more than ${most}`]
})

/** Refuses transactions that are too large. */
export const policyOnchainMaxSize: Rule<'policy-onchain-max-size'> = defineRule({
  tag: 'policy-onchain-max-size',
  summary: `a transaction on the chain that weighs more than \`onchain.maxTransactionWeight\` once it is signed, and an event whose transactions spend more than ${maxSpentOutputs} outputs`,
  why: 'Nodes relay up to 400,000 weight units, and every output that is spent is remembered.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#transaction-size-calculations',
  limits:
    'The witnesses of inputs that no job of the event signs for are taken to be those of P2WPKH.',
  check: (context) => [...tooHeavy(context), ...tooMany(spentOutputs(context.facts))],
})

function tooMany(count: number): readonly Finding[] {
  if (count <= maxSpentOutputs) return []
  return [{ message: `the event spends ${count} outputs, more than ${maxSpentOutputs}` }]
}
