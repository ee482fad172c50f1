import {
  type CounterpartySecrets,
  keptIndexes,
  lookUpSecret,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { ok } from '@boltwarden/core/result'
import { commitmentIndex } from '@boltwarden/core/units'
import { maxClosings } from '../channel/advance-signing.ts'
import { type AdoptedSecret, learnAdopted } from '../state/adopted-secrets.ts'
import type { ChannelState } from '../state/channel-state.ts'
import {
  type BroadcastCommitment,
  closingJson,
  type SignedClosing,
} from '../state/commitment-record.ts'
import { type Funding, fundingJson, type Opener } from '../state/funding.ts'
import { lowestRevealed } from '../state/revealed.ts'
import {
  conflicting,
  type History,
  higher,
  isAlike,
  lower,
  type Merged,
  union,
} from './conflict.ts'
import { mergeCommitments } from './merge-commitments.ts'

/**
 * What two memories of one channel give: of each the further one, so that nothing that was promised
 * by either becomes allowed again.
 *
 * @param ours - what is remembered here.
 * @param theirs - what is added.
 */
export function mergeChannel(
  ours: ChannelState,
  theirs: ChannelState,
  history: History,
): Merged<ChannelState> {
  for (const name of ['channel', 'id', 'node', 'origin'] as const) {
    if (ours[name] !== theirs[name]) {
      return conflicting(`${name} is ${ours[name]} here, and ${theirs[name]} there`)
    }
  }
  const secrets = mergeSecrets(ours.counterpartySecrets, theirs.counterpartySecrets)
  if (!secrets.ok) return secrets
  const adopted = mergeAdopted(ours.adoptedSecrets, theirs.adoptedSecrets)
  if (!adopted.ok) return adopted
  const funding = mergeFunding(ours.funding, theirs.funding)
  if (!funding.ok) return funding
  const revealed = {
    ...ours,
    counterpartySecrets: secrets.value,
    ...(adopted.value !== undefined && { adoptedSecrets: adopted.value }),
  }
  const commitments = mergeCommitments(ours, theirs, lowestRevealed(revealed))
  if (!commitments.ok) return commitments
  const closings = mergeClosings(ours.closings, theirs.closings, history)
  if (!closings.ok) return closings
  const lastReleased = lower(ours.lastReleased, theirs.lastReleased)
  const highestExpiry = higher(ours.highestExpiry, theirs.highestExpiry)
  return ok({
    ...revealed,
    lowestPoint: commitmentIndex(Math.min(ours.lowestPoint, theirs.lowestPoint)),
    ...(lastReleased !== undefined && { lastReleased }),
    ...(highestExpiry !== undefined && { highestExpiry }),
    ...(funding.value !== undefined && { funding: funding.value }),
    commitments: commitments.value,
    broadcast: mergeBroadcast(ours.broadcast, theirs.broadcast),
    closings: closings.value,
  })
}

/** The one that knows more, if it gives everything that the other knows. */
function mergeSecrets(
  ours: CounterpartySecrets,
  theirs: CounterpartySecrets,
): Merged<CounterpartySecrets> {
  const isTheirs = lower(ours.lowest, theirs.lowest) !== ours.lowest
  const [more, less] = isTheirs ? [theirs, ours] : [ours, theirs]
  for (const index of keptIndexes(less)) {
    const [one, other] = [lookUpSecret(more, index), lookUpSecret(less, index)]
    if (one === undefined || other === undefined || !equalBytes(one, other)) {
      return conflicting(`the counterparty's secrets of ${index} differ`)
    }
  }
  return ok(more)
}

function mergeAdopted(
  ours: readonly AdoptedSecret[] | undefined,
  theirs: readonly AdoptedSecret[] | undefined,
): Merged<readonly AdoptedSecret[] | undefined> {
  let known = ours ?? theirs
  for (const { index, secret } of theirs ?? []) {
    const learnt = learnAdopted(known ?? [], index, secret)
    if (!learnt.ok) {
      return conflicting(`the counterparty's secrets of ${learnt.error.contradicts} differ`)
    }
    known = learnt.value
  }
  return ok(known)
}

/** From what is known least to what is known best. */
const sureness: Readonly<Record<Opener, number>> = {
  unknown: 0,
  'probably-counterparty': 1,
  counterparty: 2,
  holder: 2,
}

function mergeFunding(
  ours: Funding | undefined,
  theirs: Funding | undefined,
): Merged<Funding | undefined> {
  if (ours === undefined || theirs === undefined) return ok(ours ?? theirs)
  const [{ opener: here, ...a }, { opener: there, ...b }] = [ours, theirs]
  if (!isAlike(fundingJson(a), fundingJson(b))) return conflicting('the funding differs')
  if (here === undefined || there === undefined) return ok(here === undefined ? theirs : ours)
  if (here !== there && sureness[here] === sureness[there]) {
    return conflicting(`the opener is ${here} here, and ${there} there`)
  }
  return ok(sureness[there] > sureness[here] ? theirs : ours)
}

/** All of both: any of them may be broadcast. */
function mergeBroadcast(
  ours: readonly BroadcastCommitment[],
  theirs: readonly BroadcastCommitment[],
): readonly BroadcastCommitment[] {
  const key = ({ index, txid }: BroadcastCommitment) => `${index} ${toHex(txid)}`
  const there = new Map(theirs.map((commitment) => [key(commitment), commitment]))
  const both = ours.map((commitment) => ({ ...there.get(key(commitment)), ...commitment }))
  return union(both, theirs, key)
}

/** All of both, in the order of the later memory, what only the earlier one knows first. */
function mergeClosings(
  ours: readonly SignedClosing[],
  theirs: readonly SignedClosing[],
  history: History,
): Merged<readonly SignedClosing[]> {
  const key = ({ txid }: SignedClosing) => toHex(txid)
  const here = new Map(ours.map((closing) => [key(closing), closing]))
  for (const closing of theirs) {
    const known = here.get(key(closing))
    if (known !== undefined && !isAlike(closingJson(known), closingJson(closing))) {
      return conflicting('a closing transaction differs')
    }
  }
  const [later, earlier] = history === 'later' ? [theirs, ours] : [ours, theirs]
  const known = new Set(later.map(key))
  const only = earlier.filter((closing) => !known.has(key(closing)))
  return ok(only.length === 0 ? later : [...only, ...later].slice(-maxClosings))
}
