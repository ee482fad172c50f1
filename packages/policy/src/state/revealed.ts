import {
  type CounterpartySecrets,
  insertSecret,
  lookUpSecret,
  nextIndex,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { deriveSecret } from '@boltwarden/core/bolt3/per-commitment'
import { type CommitmentSecret, equalBytes } from '@boltwarden/core/bytes'
import { err, ok, type Result } from '@boltwarden/core/result'
import { type CommitmentIndex, commitmentIndex, indexOf } from '@boltwarden/core/units'
import { learnAdopted, lookUpAdopted, trailingZeros } from './adopted-secrets.ts'
import type { ChannelState } from './channel-state.ts'

/** Why a revealed secret is not learnt. */
export type RevealProblem =
  /** It is another secret than the one of an index revealed before, or does not derive it. */
  | { readonly reason: 'contradicts'; readonly contradicts: CommitmentIndex }
  /** The secret of `expected` has not arrived, and does not follow from this one. */
  | { readonly reason: 'early'; readonly expected: CommitmentIndex }

/**
 * Whether a channel was adopted before its first reveal was seen: each secret is kept by those before
 * it, so what comes later is kept apart.
 */
function lacksFirst({ origin, counterpartySecrets }: ChannelState): boolean {
  return origin === 'adopted' && counterpartySecrets.lowest === undefined
}

/** The lowest index of the counterparty whose secret is known; of none where undefined. */
export function lowestRevealed(state: ChannelState): CommitmentIndex | undefined {
  const { lowest } = state.counterpartySecrets
  if (lowest !== undefined) return lowest
  const indexes = (state.adoptedSecrets ?? []).map(({ index }) => index)
  return indexes.length === 0 ? undefined : commitmentIndex(Math.min(...indexes))
}

/** The counterparty's secret of an index, 32 bytes; undefined where it does not follow. */
export function revealedSecret(
  state: ChannelState,
  index: CommitmentIndex,
): CommitmentSecret | undefined {
  return (
    lookUpSecret(state.counterpartySecrets, index) ??
    lookUpAdopted(state.adoptedSecrets ?? [], index)
  )
}

/** The channel once a secret is known; the same one where nothing is new. */
export function withRevealed(
  state: ChannelState,
  index: CommitmentIndex,
  secret: CommitmentSecret,
): Result<ChannelState, RevealProblem> {
  if (lacksFirst(state)) {
    const last = state.commitments.at(-1)
    // What has no successor cannot be revoked.
    if (last !== undefined && index <= indexOf(last.number)) {
      return err({ reason: 'early', expected: commitmentIndex(indexOf(last.number) + 1) })
    }
    const before = state.adoptedSecrets ?? []
    const adopted = learnAdopted(before, index, secret)
    if (!adopted.ok) return err({ reason: 'contradicts', ...adopted.error })
    return ok(adopted.value === before ? state : { ...state, adoptedSecrets: adopted.value })
  }
  const learnt = learnSecret(state.counterpartySecrets, index, secret)
  if (!learnt.ok) return learnt
  const counterpartySecrets = learnt.value
  return ok(
    counterpartySecrets === state.counterpartySecrets ? state : { ...state, counterpartySecrets },
  )
}

/** The most missed secrets that are derived from a later one. */
const maxCaughtUp = 256

/**
 * The store with one more secret. A repeated one changes nothing. The platform does not wait for
 * an answer to a reveal, so one may be lost: it is caught up on as soon as a later secret derives
 * it, which in BOLT 3's tree every second one does for its predecessor.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#efficient-per-commitment-secret-storage
 */
export function learnSecret(
  store: CounterpartySecrets,
  index: CommitmentIndex,
  secret: CommitmentSecret,
): Result<CounterpartySecrets, RevealProblem> {
  const known = lookUpSecret(store, index)
  if (known !== undefined) {
    return equalBytes(known, secret)
      ? ok(store)
      : err({ reason: 'contradicts', contradicts: index })
  }
  let learnt = store
  for (let at = nextIndex(store); at !== undefined && at >= index; at = nextIndex(learnt)) {
    const bits = trailingZeros(index)
    const derives = Math.floor(at / 2 ** bits) === Math.floor(index / 2 ** bits)
    if (!derives || at - index > maxCaughtUp) return err({ reason: 'early', expected: at })
    const inserted = insertSecret(learnt, at, deriveSecret(secret, bits, at))
    if (!inserted.ok) return err(problemOf(inserted.error, at))
    learnt = inserted.value
  }
  return ok(learnt)
}

function problemOf(
  problem: Extract<ReturnType<typeof insertSecret>, { ok: false }>['error'],
  at: CommitmentIndex,
): RevealProblem {
  return problem.reason === 'contradicts' ? problem : { reason: 'early', expected: at }
}
