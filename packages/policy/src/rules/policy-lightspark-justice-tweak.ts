import { type CounterpartySecrets, lookUpSecret } from '@boltwarden/core/bolt3/counterparty-secrets'
import { toHex } from '@boltwarden/core/hex'
import { commitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import type { OnchainJob } from '../onchain/onchain-transaction.ts'
import type { View } from '../view.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** The most revealed secrets that are tried for the jobs of one event. */
const maxTriedSecrets = 4096

/** Refuses justice without a revealed secret. */
export const policyLightsparkJusticeTweak: Rule<'policy-lightspark-justice-tweak'> = defineRule({
  tag: 'policy-lightspark-justice-tweak',
  summary:
    'a signature with the revocation key whose two tweaks do not follow from a secret that the counterparty revealed',
  why: 'The revocation key punishes a commitment that was revoked, and nothing else.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#revocationpubkey-derivation',
  limits: `Justice names no index, so the secrets are tried from the last one back, ${maxTriedSecrets} for an event: where there are more, the job is held, so that the owner may let it pass. Of an adopted channel no secrets are known, and nothing is tried. Whatever the tweaks, the claim has to pay us.`,
  check: ({ facts, view }: RuleContext) => {
    const jobs = facts.onchain.flatMap((onchain) => onchain.jobs)
    const search = new Search()
    return jobs.flatMap((job) => ofJob(job, view, search))
  },
})

/** What was found for a pair of tweaks. */
type Outcome = 'found' | 'not-found' | 'not-searched'

function ofJob(job: OnchainJob, view: View, search: Search): readonly Finding[] {
  const { facts, isPunishedBy } = job
  const { path } = facts
  if (isPunishedBy === undefined || !path.ok || path.value.purpose !== 'channel-key') return nothing
  const state = view.channels.get(path.value.channel)
  const { id } = facts.job
  // What the counterparty revealed before a channel was known cannot be asked of it.
  if (state === undefined || state.origin === 'adopted') return nothing
  const name = [facts.job.mulTweak, facts.job.addTweak].map((tweak) => tweak && toHex(tweak)).join()
  const outcome = search.find(`${path.value.channel} ${name}`, state.counterpartySecrets, job)
  if (outcome === 'found') return nothing
  return outcome === 'not-found'
    ? [{ job: id, message: 'the tweaks follow from no secret that was revealed' }]
    : [
        {
          job: id,
          message: `not the last ${maxTriedSecrets} secrets give the tweaks`,
          temporary: true,
        },
      ]
}

/** Tries secrets from the last one back; the same tweaks once, and never more than the limit. */
class Search {
  readonly #known = new Map<string, Outcome>()
  #left = maxTriedSecrets

  find(name: string, secrets: CounterpartySecrets, job: OnchainJob): Outcome {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const outcome = this.#try(secrets, job)
    this.#known.set(name, outcome)
    return outcome
  }

  #try(secrets: CounterpartySecrets, { isPunishedBy, facts }: OnchainJob): Outcome {
    const { lowest } = secrets
    if (lowest === undefined || isPunishedBy === undefined) return 'not-found'
    const gives = (index: number): boolean => {
      const secret = lookUpSecret(secrets, commitmentIndex(index))
      return secret !== undefined && isPunishedBy(secret)
    }
    const named = facts.job.index
    if (named !== undefined && gives(named)) return 'found'
    for (let index: number = lowest; index <= maxCommitmentIndex; index++) {
      if (this.#left === 0) return 'not-searched'
      this.#left--
      if (gives(index)) return 'found'
    }
    return 'not-found'
  }
}
