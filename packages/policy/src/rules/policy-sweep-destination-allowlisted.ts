import { unpaidDestinations } from '../onchain/destinations.ts'
import type { OutputRole } from '../onchain/output-roles.ts'
import type { SettledTransaction } from '../onchain/settlement.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses claims that pay others. */
export const policySweepDestinationAllowlisted: Rule<'policy-sweep-destination-allowlisted'> =
  defineRule({
    tag: 'policy-sweep-destination-allowlisted',
    summary:
      "a claim of a commitment's outputs, or an anchor's spend, any of whose outputs is neither a key of ours (m/1/k, m/84'/c'/0') nor on the allow-list; a claim that does not pay the destination it names",
    why: 'After a close, all money of a channel passes through claims. One output in a hundred that is not ours is enough to lose it.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/05-onchain.md#requirements-for-unilateral-close',
    limits:
      "Keys of ours are searched for up to a bound; beyond it an output is ours only where the job names its path. The tweak of a claim on the counterparty's commitment follows from its per-commitment point, which is not sent before it is revealed: the claim pays us whatever the tweak is.",
    check: eachTransaction(['sweep', 'anchor'], (settled) => [
      ...strangers(settled),
      ...unpaidDestinations(settled.onchain, ['sweep', 'anchor']).map(
        (path) => `no output pays ${path}, the destination that is named`,
      ),
    ]),
  })

const harmless: ReadonlySet<OutputRole> = new Set(['own', 'data', 'allowed'])

function strangers({ onchain: { jobs, outputs }, roles }: SettledTransaction): readonly string[] {
  const isMixed = jobs.some(({ purpose }) => purpose === 'second-stage')
  return outputs.flatMap(({ value }, index) => {
    const role = roles[index] ?? 'unknown'
    if (harmless.has(role) || (isMixed && role === 'second-stage')) return []
    return [`output ${index} takes ${value} sat to neither a key of ours nor the allow-list`]
  })
}
