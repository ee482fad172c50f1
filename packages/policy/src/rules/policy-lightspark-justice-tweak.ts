import { toHex } from '@boltwarden/core/hex'
import type { PayloadId } from '@boltwarden/core/ids'
import { commitmentIndex, indexOf, maxCommitmentIndex } from '@boltwarden/core/units'
import type { OnchainJob } from '../onchain/onchain-transaction.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { lowestRevealed, revealedSecret } from '../state/revealed.ts'
import type { View } from '../view.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** The most revealed secrets that are tried for the jobs of one event. */
const maxTriedSecrets = 4096

/** Refuses justice without a revealed secret. */
export const policyLightsparkJusticeTweak: Rule<'policy-lightspark-justice-tweak'> = defineRule({
  tag: 'policy-lightspark-justice-tweak',
  summary:
    'a signature with the revocation key whose two tweaks do not follow from a secret that the counterparty revealed. It is held where that secret may only be missing: a reveal may be late or lost, and those from before a channel was adopted were never seen',
  why: 'The revocation key punishes a commitment that was revoked, and nothing else.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#revocationpubkey-derivation',
  limits: `Justice names no index, so the secrets are tried from the last one back, ${maxTriedSecrets} for an event: where there are more, the job is held. What is held is for the owner, who may let it pass by the severity of this rule: there is as much time as the counterparty's own delay. With tweaks of somebody's choice one signature can be turned into another under the true revocation key, so none is given on trust.`,
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
  if (state === undefined) return nothing
  const name = [facts.job.mulTweak, facts.job.addTweak].map((tweak) => tweak && toHex(tweak)).join()
  const outcome = search.find(`${path.value.channel} ${name}`, state, job)
  if (outcome === 'found') return nothing
  if (outcome === 'not-searched') {
    return held(id, `not the last ${maxTriedSecrets} secrets give the tweaks`)
  }
  const message = 'the tweaks follow from no secret that was revealed'
  const missing = missingOf(state)
  return missing === undefined ? [{ job: id, message }] : held(id, `${message}; ${missing}`)
}

function held(job: PayloadId, message: string): readonly Finding[] {
  return [{ job, message, temporary: true }]
}

/** Which secrets of revoked commitments may exist and are not known; undefined where none. */
function missingOf(state: ChannelState): string | undefined {
  const lowest = lowestRevealed(state)
  const last = state.commitments.at(-1)
  const due = last === undefined || last.number === 0 ? undefined : indexOf(last.number) + 1
  if (due !== undefined && (lowest === undefined || lowest > due)) {
    return 'that of the commitment before the last is still missing'
  }
  return state.origin === 'adopted'
    ? 'those from before the channel was adopted are not known'
    : undefined
}

/** Tries secrets from the last one back; the same tweaks once, and never more than the limit. */
class Search {
  readonly #known = new Map<string, Outcome>()
  #left = maxTriedSecrets

  find(name: string, state: ChannelState, job: OnchainJob): Outcome {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const outcome = this.#try(state, job)
    this.#known.set(name, outcome)
    return outcome
  }

  #try(state: ChannelState, { isPunishedBy, facts }: OnchainJob): Outcome {
    const lowest = lowestRevealed(state)
    if (lowest === undefined || isPunishedBy === undefined) return 'not-found'
    const gives = (index: number): boolean => {
      const secret = revealedSecret(state, commitmentIndex(index))
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
