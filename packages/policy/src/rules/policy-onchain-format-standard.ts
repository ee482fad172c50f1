import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
import type { OnchainTransaction } from '../onchain/onchain-transaction.ts'
import type { OutputFacts } from '../onchain/outputs.ts'
import { outPointKey } from '../state/out-point.ts'
import { anyPurpose, eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses transactions that nodes would not relay, or that may change after they are signed. */
export const policyOnchainFormatStandard: Rule<'policy-onchain-format-standard'> = defineRule({
  tag: 'policy-onchain-format-standard',
  summary:
    'a transaction on the chain that spends an output twice, is of another version than 1 or 2, has inputs with scripts, or an output that is no standard script, below the dust limit, or data that holds money',
  why: 'A transaction that nodes do not relay helps nobody but its miner. Scripts of inputs are not what is signed: they can change its id, and with it what later transactions spend.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#dust-limits',
  limits: 'Whether inputs that are not ours are segwit cannot be seen.',
  check: eachTransaction(anyPurpose, ({ onchain }) => problems(onchain)),
})

function problems({ transaction, outputs }: OnchainTransaction): readonly string[] {
  const { version, inputs } = transaction
  const spent = new Set(inputs.map(outPointKey))
  return [
    ...(version === 1 || version === 2 ? [] : [`the version is ${version}, not 1 or 2`]),
    ...(spent.size === inputs.length ? [] : ['an output is spent twice']),
    ...(inputs.some(({ scriptSig }) => scriptSig.length > 0) ? ['an input has a script'] : []),
    ...outputs.flatMap(ofOutput),
  ]
}

/** OP_RETURN and a push of 80 bytes. */
const maxDataBytes = 83

function ofOutput(output: OutputFacts, index: number): readonly string[] {
  const { form, value, scriptPubKey } = output
  if (form === 'other') return [`output ${index} is no standard script`]
  if (form === 'data') {
    if (value > 0n) return [`output ${index} is data that holds ${value} sat`]
    return scriptPubKey.length > maxDataBytes ? [`output ${index} is data of too many bytes`] : []
  }
  const dust = dustLimitOf(scriptPubKey)
  return value < dust ? [`output ${index} of ${value} sat is below the dust limit of ${dust}`] : []
}
