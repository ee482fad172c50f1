import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { parseTransaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { createPolicy } from '@boltwarden/policy/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hash } from '../honest.ts'
import { Signer } from '../signer.ts'
import { commit, funded, keys, open, type Stage } from './play.ts'
import { SimulatedChannel } from './simulated-channel.ts'

const { FC_NUM_RUNS = '40' } = process.env
const runs = { numRuns: Number(FC_NUM_RUNS) }

const hourlySats = 150_000n
const policy = createPolicy({
  channels: { maxFeeratePerKw: 3000 },
  payments: { hourlySats: sats(hourlySats) },
})
/** More than any commitment here can cost in fees. */
const feeSlack = 20_000n

/** What was asked, as the test knows it: nothing of it was computed by what is tested. */
type Asked = {
  readonly delivery: Delivery
  readonly means:
    | { readonly kind: 'counterparty' | 'holder'; readonly number: number; readonly txid: string }
    | { readonly kind: 'secret'; readonly number: number }
    | { readonly kind: 'close'; readonly toHolder: bigint; readonly txid: string }
    | { readonly kind: 'other' }
}

type Signed = Asked & { readonly toHolder?: bigint }

const small = (max: number) => fc.integer({ min: 0, max })

/** A question, made when its turn comes. */
type Question = (play: Stage) => readonly Asked[]

const other = (delivery: Delivery): Asked => ({ delivery, means: { kind: 'other' } })

function txidOf({ request }: Delivery): string {
  const job = request.kind === 'derive-key-and-sign' ? request.jobs[0] : undefined
  const parsed = parseTransaction(job?.transaction ?? new Uint8Array())
  return parsed.ok ? toHex(transactionId(parsed.value)) : ''
}

function commitmentOf(
  { channel }: Stage,
  number: number,
  change: Parameters<SimulatedChannel['commitment']>[1] = {},
): Asked {
  const delivery = channel.commitment(number, change)
  return { delivery, means: { kind: 'counterparty', number, txid: txidOf(delivery) } }
}

const secretOf = ({ channel }: Stage, number: number): Asked => ({
  delivery: channel.release(number),
  means: { kind: 'secret', number },
})

/** A number near those that are due. */
const about = small(3).map(
  (back) =>
    ({ channel }: Stage) =>
      Math.max(0, channel.next + 1 - back),
)

const question: fc.Arbitrary<Question> = fc.oneof(
  about.map(
    (at): Question =>
      (play) => [other(play.channel.point(at(play) + 2))],
  ),
  about.map(
    (at): Question =>
      (play) => [secretOf(play, at(play))],
  ),
  about.map(
    (at): Question =>
      (play) => [other(play.channel.reveal(at(play)))],
  ),
  fc.tuple(small(3), fc.constantFrom(1000, 1500, 2500)).map(
    ([back, feerate]): Question =>
      (play) => [
        commitmentOf(play, Math.max(0, play.channel.next + 1 - back), {
          parameters: (it) => ({ ...it, feerate: feeratePerKw(feerate) }),
        }),
      ],
  ),
  fc.bigInt({ min: -90_000_000n, max: 90_000_000n }).map(
    (moved): Question =>
      (play) => [
        commitmentOf(play, play.channel.next, {
          parameters: (it) => ({
            ...it,
            toRemoteMsat: it.toRemoteMsat - moved,
            toLocalMsat: it.toLocalMsat + moved,
          }),
        }),
      ],
  ),
  // What is taken from us is fee, or what was fee is taken from us.
  fc.tuple(fc.bigInt({ min: 0n, max: 9_000_000n }), fc.boolean(), fc.constantFrom(1000, 2900)).map(
    ([moved, isKept, feerate]): Question =>
      (play) => [
        commitmentOf(play, play.channel.next, {
          parameters: (it) => ({
            ...it,
            feerate: feeratePerKw(feerate),
            toRemoteMsat: it.toRemoteMsat - moved,
            toLocalMsat: isKept ? it.toLocalMsat + moved : it.toLocalMsat,
          }),
        }),
      ],
  ),
  about.map(
    (at): Question =>
      (play) => {
        const number = at(play)
        const delivery = play.channel.holderCommitment(number)
        return [{ delivery, means: { kind: 'holder', number, txid: txidOf(delivery) } }]
      },
  ),
  about.map(
    (at): Question =>
      (play) =>
        play.channel.holderHtlcs(at(play)).map(other),
  ),
  fc.tuple(fc.bigInt({ min: 300n, max: 3000n }), fc.constantFrom(0n, 0n, 40_000n)).map(
    ([fee, stolen]): Question =>
      ({ channel }) => {
        const delivery = channel.closing(fee, (tx) => withStolen(tx, stolen))
        const paidFee = channel.terms.funder === 'holder' ? fee : 0n
        const toHolder = channel.agreement.toHolderMsat / 1000n - paidFee - stolen
        return [{ delivery, means: { kind: 'close', toHolder, txid: txidOf(delivery) } }]
      },
  ),
)

function withStolen(tx: Transaction, stolen: bigint): Transaction {
  const [first, second] = tx.outputs
  if (first === undefined || second === undefined) return tx
  // Outputs are in the order of their values, and the larger one is ours.
  const outputs = [
    { ...first, value: sats(first.value + stolen) },
    { ...second, value: sats(second.value - stolen) },
  ]
  return { ...tx, outputs }
}

const ownNow: Question = ({ channel }) => {
  const number = channel.next - 1
  const delivery = channel.holderCommitment(number)
  return [{ delivery, means: { kind: 'holder', number, txid: txidOf(delivery) } }]
}

const closeNow: Question = ({ channel }) => {
  const delivery = channel.closing(500n)
  const toHolder = channel.agreement.toHolderMsat / 1000n - 500n
  return [{ delivery, means: { kind: 'close', toHolder, txid: txidOf(delivery) } }]
}

const secretNow: Question = (play) => [secretOf(play, play.channel.next - 1)]

/** A step: honest play, questions that arrive together in any order, or what was asked before. */
type Step =
  | { readonly kind: 'round'; readonly add: bigint; readonly removes: boolean }
  | { readonly kind: 'together'; readonly questions: readonly Question[]; readonly turn: number }
  | { readonly kind: 'again'; readonly at: number; readonly renamed: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('round' as const),
      add: fc.bigInt({ min: -60_000n, max: 60_000n }),
      removes: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('together' as const),
      questions: fc.array(question, { minLength: 1, maxLength: 3 }),
      turn: small(5),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      at: fc.nat(),
      renamed: fc.boolean(),
    }),
  },
)

const kinds = fc.record({
  type: fc.constantFrom('static-remotekey' as const, 'anchors' as const),
  funder: fc.constantFrom('holder' as const, 'counterparty' as const),
})

/** Plays everything, and gives what was signed in its order. */
function play(
  terms: Terms,
  steps: readonly Step[],
): {
  readonly signed: readonly Signed[]
  readonly initial: bigint
} {
  const signer = new Signer(keys, 'REGTEST')
  signer.policy = policy
  const pushMsat = terms.funder === 'holder' ? 400_000_000n : 600_000_000n
  const channel = new SimulatedChannel(keys, { ...terms, pushMsat })
  const stage = funded({ signer, channel })
  open(stage)
  commit(stage)
  const initial = signer.channel(channel.channel)?.commitments.at(-1)?.toHolderSats ?? 0n
  const signed: Signed[] = []
  const history: Asked[] = []
  const ask = (asked: Asked): boolean => {
    history.push(asked)
    const { grant } = signer.decide(asked.delivery)
    if (grant === undefined) return false
    const toHolder = signer.channel(channel.channel)?.commitments.at(-1)?.toHolderSats
    signed.push(toHolder === undefined ? asked : { ...asked, toHolder })
    return true
  }
  for (const one of steps) {
    if (one.kind === 'round') playRound(stage, one, ask)
    if (one.kind === 'together') {
      const all = one.questions.flatMap((make) => make(stage))
      const turned = all
        .map((_, at) => all[(at + one.turn) % all.length])
        .filter((it) => it !== undefined)
      for (const asked of turned) ask(asked)
    }
    if (one.kind === 'again') {
      const before = history[one.at % Math.max(history.length, 1)]
      if (before !== undefined) ask(one.renamed ? renamed(before, history.length) : before)
    }
  }
  return { signed, initial }
}

type Terms = {
  readonly type: 'static-remotekey' | 'anchors'
  readonly funder: 'holder' | 'counterparty'
}

function renamed(asked: Asked, at: number): Asked {
  const event = eventId(`${asked.delivery.event.slice(0, 100)}-${at}`)
  return { ...asked, delivery: { ...asked.delivery, event, bodyHash: hash(event) } }
}

function playRound(
  stage: Stage,
  { add, removes }: Extract<Step, { kind: 'round' }>,
  ask: (asked: Asked) => boolean,
): void {
  const { channel } = stage
  const before = channel.agreement
  const number = channel.next
  if (removes) channel.removeOldest('paid')
  if (add > 1000n) channel.add('outgoing', add, String(number))
  if (add < -1000n) channel.add('incoming', -add, String(number))
  ask(other(channel.point(number + 2)))
  ask(secretOf(stage, number - 1))
  if (ask(commitmentOf(stage, number))) {
    ask(other(channel.reveal(number - 1)))
    channel.next += 1
  } else channel.agreement = before
}

function checkNumbers(signed: readonly Signed[]): void {
  const byNumber = new Map<string, string>()
  for (const { means } of signed) {
    if (means.kind !== 'counterparty' && means.kind !== 'holder') continue
    const name = `${means.kind} ${means.number}`
    expect(byNumber.get(name) ?? means.txid, name).toBe(means.txid)
    byNumber.set(name, means.txid)
  }
}

function checkSecrets(signed: readonly Signed[]): void {
  const broadcast = new Set<number>()
  let released = 0
  for (const { means } of signed) {
    if (means.kind === 'secret') {
      expect(means.number).toBeLessThanOrEqual(released + 1)
      released = Math.max(released, means.number)
    }
    if (means.kind === 'holder') broadcast.add(means.number)
  }
  for (const number of broadcast) expect(number, 'broadcast and revoked').toBeGreaterThan(released)
}

function checkMoney(signed: readonly Signed[], initial: bigint, { funder }: Terms): void {
  const closes = new Set<string>()
  // Who did not open the channel pays no fee at all.
  const slack = funder === 'holder' ? feeSlack : 0n
  for (const { means, toHolder = initial } of signed) {
    expect(toHolder).toBeGreaterThanOrEqual(initial - hourlySats - slack)
    // The same close again is the same signature, whatever has happened since.
    if (means.kind !== 'close' || closes.has(means.txid)) continue
    closes.add(means.txid)
    expect(means.toHolder).toBeGreaterThanOrEqual(funder === 'holder' ? toHolder - 3000n : toHolder)
  }
}

/** Both ends of a channel, each followed by what it forbids. */
const ends: [Terms, Step[]][] = [ownNow, closeNow].map((end) => [
  { type: 'anchors', funder: 'holder' },
  [
    { kind: 'round', add: 5000n, removes: false },
    { kind: 'round', add: 0n, removes: true },
    { kind: 'together', questions: [end, secretNow], turn: 0 },
    { kind: 'round', add: 0n, removes: false },
  ],
])

describe('any interleaving of honest and hostile requests, replays and deliveries at once', () => {
  test('one commitment a number, secrets in order, none of what was signed, no money beyond limits', () => {
    fc.assert(
      fc.property(kinds, fc.array(step, { maxLength: 25 }), (terms, steps) => {
        const { signed, initial } = play(terms, steps)
        checkNumbers(signed)
        checkSecrets(signed)
        checkMoney(signed, initial, terms)
      }),
      { ...runs, examples: ends },
    )
  })

  // Nothing of the above would show if nothing were signed.
  test('such plays have every kind of request signed', () => {
    const plays = fc.sample(fc.tuple(kinds, fc.array(step, { maxLength: 25 })), {
      numRuns: 200,
      seed: 1,
    })
    const met = plays.flatMap(([terms, steps]) => play(terms, steps).signed)
    expect([...new Set(met.map(({ means }) => means.kind))].sort()).toEqual([
      'close',
      'counterparty',
      'holder',
      'other',
      'secret',
    ])
  })
})
