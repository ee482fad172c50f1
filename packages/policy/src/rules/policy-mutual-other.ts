import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
import { equalBytes } from '@boltwarden/core/bytes'
import type { ClosingFacts } from '../channel/closing-facts.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { eachClosing } from './closing-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses closes that are not as BOLT 3 has them. */
export const policyMutualOther: Rule<'policy-mutual-other'> = defineRule({
  tag: 'policy-mutual-other',
  summary:
    "a closing transaction whose version is not 2, that has more than two outputs, an output below the dust limit, a locktime with the sequence of `closing_signed`, or that spends another outpoint, amount or pair of keys than the channel's",
  why: 'What has the shape of a close but not its form is made for something else.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#legacy-closing-transaction',
  limits: 'That the funding output exists is on a chain which the signer does not see.',
  check: eachClosing((closing, _last, { view }) => {
    const { transaction, input } = closing
    const { version, outputs, locktime } = transaction
    const dust = outputs.filter(({ value, scriptPubKey }) => value < dustLimitOf(scriptPubKey))
    return [
      ...(version === 2 ? [] : [`the version is ${version}, not 2`]),
      ...(outputs.length <= 2 ? [] : [`there are ${outputs.length} outputs, above 2`]),
      ...dust.map(({ value }) => `an output of ${value} sat is dust`),
      ...(input.sequence === 0xffff_ffff && locktime !== 0
        ? [`the locktime is ${locktime}, not 0`]
        : []),
      ...fundingProblems(closing, view.channels.get(closing.channel)),
    ]
  }),
})

function fundingProblems(
  { input, amountSats, counterpartyKey }: ClosingFacts,
  state: ChannelState | undefined,
): readonly string[] {
  const funding = state?.funding
  if (funding === undefined) return []
  const isFunding =
    input.vout === funding.vout &&
    equalBytes(input.txid, funding.txid) &&
    amountSats === funding.amountSats &&
    equalBytes(counterpartyKey, funding.counterpartyKey)
  return isFunding ? [] : ["the input is not the channel's funding output"]
}
