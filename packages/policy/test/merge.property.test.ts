import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { paymentHash, preimageNonce, publicKey, txid } from '@boltwarden/core/bytes'
import { channelId, nodeId } from '@boltwarden/core/ids'
import {
  commitmentIndex,
  commitmentNumber,
  indexOf,
  maxCommitmentIndex,
  sats,
} from '@boltwarden/core/units'
import { mergeChannel } from '@boltwarden/policy/merge/merge-channel'
import { mergeIntent } from '@boltwarden/policy/merge/merge-intent'
import { mergeInvoice } from '@boltwarden/policy/merge/merge-invoice'
import { mergeNode, mergeSpentOutput } from '@boltwarden/policy/merge/merge-node'
import { raiseWatermarks, watermarksOf } from '@boltwarden/policy/merge/raise-watermarks'
import { type ChannelState, unsignedChannel } from '@boltwarden/policy/state/channel-state'
import { emptyNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import { withRevealed } from '@boltwarden/policy/state/revealed'
import { unspentOutput } from '@boltwarden/policy/state/spent-output'
import { spend } from '@boltwarden/policy/state/velocity'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intent, invoiceState, spentOutput } from './states.ts'

const steps = fc.array(
  fc.constantFrom('point', 'release', 'commit', 'reveal', 'broadcast', 'close'),
  {
    maxLength: 60,
  },
)

const opened: ChannelState = {
  channel: 7,
  id: channelId('Channel:7'),
  node: nodeId('node:1'),
  origin: 'opening',
  lowestPoint: commitmentIndex(maxCommitmentIndex),
  counterpartySecrets: emptyCounterpartySecrets,
  ...unsignedChannel,
}

const filled = (fill: number) => new Uint8Array(32).fill(fill)

/** The channel after one more thing happened to it. */
function after(state: ChannelState, step: string, seed = 1): ChannelState {
  const last = state.commitments.at(-1)
  switch (step) {
    case 'point':
      return { ...state, lowestPoint: commitmentIndex(state.lowestPoint - 1) }
    case 'release': {
      const next = commitmentIndex((state.lastReleased ?? maxCommitmentIndex + 1) - 1)
      return state.lowestPoint < next ? { ...state, lastReleased: next } : state
    }
    case 'commit': {
      const number = commitmentNumber((last?.number ?? -1) + 1)
      const one = {
        number,
        txid: txid(filled(number % 256)),
        toHolderSats: sats(BigInt(number)),
        feeSats: sats(1n),
        htlcs: [],
        dues: { toHolderSats: sats(2n), withFeeSats: sats(3n) },
      }
      return { ...state, highestExpiry: number, commitments: [...state.commitments, one].slice(-2) }
    }
    case 'reveal': {
      const lowest = state.counterpartySecrets.lowest ?? maxCommitmentIndex + 1
      if (last === undefined || lowest - 1 <= indexOf(last.number)) return state
      const index = commitmentIndex(lowest - 1)
      const revealed = withRevealed(state, index, perCommitmentSecret(filled(seed), index))
      return revealed.ok ? revealed.value : state
    }
    case 'broadcast': {
      const id = txid(filled(state.broadcast.length + 100))
      return { ...state, broadcast: [...state.broadcast, { index: state.lowestPoint, txid: id }] }
    }
    default: {
      const closing = { txid: txid(filled(state.closings.length)), toHolderSats: sats(1n) }
      return { ...state, closings: [...state.closings, closing].slice(-16) }
    }
  }
}

/** A channel at two moments of one life. */
const life = fc.tuple(steps, steps).map(([before, since]) => {
  const earlier = before.reduce((state, step) => after(state, step), opened)
  return { earlier, later: since.reduce((state, step) => after(state, step), earlier) }
})

describe('two memories of a channel', () => {
  test('of one life give the later one, whichever is added to the other', () => {
    fc.assert(
      fc.property(life, ({ earlier, later }) => {
        expect(mergeChannel(later, earlier, 'earlier')).toEqual({ ok: true, value: later })
        expect(mergeChannel(earlier, later, 'later')).toEqual({ ok: true, value: later })
        expect(mergeChannel(later, later, 'apart')).toEqual({ ok: true, value: later })
      }),
    )
  })

  test('of two lives lower nothing of either', () => {
    fc.assert(
      fc.property(steps, steps, (one, other) => {
        const [ours, theirs] = [one, other].map((list) =>
          list.reduce((state, step) => after(state, step), opened),
        )
        if (ours === undefined || theirs === undefined) return
        const merged = mergeChannel(ours, theirs, 'apart')
        if (!merged.ok) throw new Error(merged.error.reason)
        for (const side of [ours, theirs]) {
          const { value } = merged
          expect(value.lowestPoint).toBeLessThanOrEqual(side.lowestPoint)
          expect(value.lastReleased ?? Infinity).toBeLessThanOrEqual(side.lastReleased ?? Infinity)
          expect(value.counterpartySecrets.lowest ?? Infinity).toBeLessThanOrEqual(
            side.counterpartySecrets.lowest ?? Infinity,
          )
          expect(value.commitments.at(-1)?.number ?? -1).toBeGreaterThanOrEqual(
            side.commitments.at(-1)?.number ?? -1,
          )
          expect(value.broadcast).toEqual(expect.arrayContaining([...side.broadcast]))
        }
      }),
    )
  })

  test.each([
    ['another id', { id: channelId('Channel:8') }, 'id is Channel:7 here, and Channel:8 there'],
    ['another origin', { origin: 'adopted' as const }, 'origin is opening here, and adopted there'],
    ['another node', { node: nodeId('node:2') }, 'node is node:1 here, and node:2 there'],
  ])('%s contradicts', (_name, change, reason) => {
    expect(mergeChannel(opened, { ...opened, ...change }, 'apart')).toEqual({
      ok: false,
      error: { reason },
    })
  })

  test('the secrets of an adopted channel are put together, where they do not contradict', () => {
    const adopted = (seed: number, ...indexes: readonly number[]): ChannelState => ({
      ...opened,
      origin: 'adopted',
      adoptedSecrets: indexes.map((index) => ({
        index: commitmentIndex(index),
        secret: perCommitmentSecret(filled(seed), commitmentIndex(index)),
      })),
    })
    const both = { ok: true, value: adopted(1, 9, 8) }
    expect(mergeChannel(adopted(1, 9), adopted(1, 8), 'apart')).toEqual(both)
    expect(mergeChannel({ ...opened, origin: 'adopted' }, adopted(1, 9, 8), 'apart')).toEqual(both)
    expect(mergeChannel(adopted(1, 9), adopted(2, 9), 'apart')).toEqual({
      ok: false,
      error: { reason: "the counterparty's secrets of 9 differ" },
    })
  })

  test('secrets of two seeds, and two commitments of one number, contradict', () => {
    const [ours, theirs] = [1, 2].map((seed) =>
      ['commit', 'commit', 'commit', 'reveal', 'reveal'].reduce(
        (state, step) => after(state, step, seed),
        opened,
      ),
    )
    if (ours === undefined || theirs === undefined) throw new TypeError('two')
    expect(mergeChannel(ours, theirs, 'apart')).toMatchObject({ ok: false })
    const [first, ...rest] = ours.commitments
    if (first === undefined) throw new TypeError('one')
    const other = { ...ours, commitments: [{ ...first, txid: txid(filled(200)) }, ...rest] }
    expect(mergeChannel(ours, other, 'apart')).toEqual({
      ok: false,
      error: { reason: `the counterparty's commitment ${first.number} differs` },
    })
  })

  test('the keys of HTLCs go once their secret is known, and dues stay the highest', () => {
    const base = ['commit', 'commit'].reduce((state, step) => after(state, step), opened)
    const [first, second] = base.commitments
    if (first === undefined || second === undefined) throw new TypeError('two')
    const htlcKeys = {
      holder: publicKey(Uint8Array.of(2, ...filled(1))),
      revocationHash: hash160(filled(3).subarray(12)),
    }
    const dues = { toHolderSats: sats(9n), withFeeSats: sats(1n) }
    const ours = {
      ...base,
      commitments: [
        { ...first, htlcKeys },
        { ...second, htlcKeys, dues },
      ],
    }
    const merged = mergeChannel(ours, after(base, 'reveal'), 'later')
    expect(merged.ok && merged.value.commitments).toEqual([
      first,
      { ...second, htlcKeys, dues: { toHolderSats: sats(9n), withFeeSats: sats(3n) } },
    ])
  })

  test('watermarks raise what is known, and let in what is not', () => {
    fc.assert(
      fc.property(life, ({ earlier, later }) => {
        const raised = raiseWatermarks(earlier, watermarksOf(later))
        expect(raised.ok && watermarksOf(raised.value)).toEqual(watermarksOf(later))
        expect(raiseWatermarks(later, watermarksOf(earlier))).toEqual({ ok: true, value: later })
        const adopted = raiseWatermarks(undefined, watermarksOf(later))
        expect(adopted.ok && [adopted.value.origin, watermarksOf(adopted.value)]).toEqual([
          'adopted',
          watermarksOf(later),
        ])
      }),
    )
    expect(
      raiseWatermarks(opened, { ...watermarksOf(opened), id: channelId('Channel:8') }).ok,
    ).toBe(false)
  })
})

describe('two memories of what is not a channel', () => {
  test('are the same where they are the same', () => {
    fc.assert(
      fc.property(invoiceState, spentOutput, intent, (invoice, spent, registered) => {
        expect(mergeInvoice(invoice, invoice)).toEqual({ ok: true, value: invoice })
        expect(mergeSpentOutput(spent, spent)).toEqual({ ok: true, value: spent })
        expect(mergeIntent(registered, registered, 'earlier')).toEqual({
          ok: true,
          value: registered,
        })
      }),
    )
  })

  test('keep the most of what left, and refuse what contradicts', () => {
    fc.assert(
      fc.property(
        invoiceState,
        spentOutput,
        intent,
        fc.bigInt(0n, 99n),
        (invoice, spent, registered, more) => {
          const later = { ...spent, leftSats: sats(spent.leftSats / 2n + more) }
          const merged = mergeSpentOutput(spent, later)
          expect(merged.ok && merged.value.leftSats >= spent.leftSats).toBe(true)
          expect(merged.ok && merged.value.leftSats >= later.leftSats).toBe(true)
          const other = { ...invoice, nonce: preimageNonce(filled(0)) }
          expect(mergeInvoice(invoice, other).ok).toBe(invoice.nonce.every((byte) => byte === 0))
          const terms = { ...registered, expiresAtMs: registered.expiresAtMs + 1 }
          expect(mergeIntent(registered, terms, 'later').ok).toBe(false)
        },
      ),
    )
  })

  test('of an output that is spent keep its own amount, the higher one, whoever saw it', () => {
    const unseen = unspentOutput({ txid: txid(filled(1)), vout: 0 })
    const seen = (amount: bigint) => ({
      ...unseen,
      own: { purpose: 'wallet' as const, amountSats: sats(amount) },
    })
    for (const [one, other, most] of [
      [unseen, unseen, unseen],
      [unseen, seen(1n), seen(1n)],
      [seen(1n), seen(2n), seen(2n)],
    ] as const) {
      expect(mergeSpentOutput(one, other)).toEqual({ ok: true, value: most })
      expect(mergeSpentOutput(other, one)).toEqual({ ok: true, value: most })
    }
  })

  test('a payment counts what either saw settled, and of one history what the later one has in flight', () => {
    const payment = (settled: bigint, inFlight: readonly (readonly [number, bigint])[]) => ({
      kind: 'payment' as const,
      id: 'rent',
      paymentHash: paymentHash(filled(1)),
      maxAmountSats: sats(9n),
      expiresAtMs: 5,
      settledSats: sats(settled),
      inFlight: inFlight.map(([channel, amount]) => ({ channel, amountSats: sats(amount) })),
    })
    const [earlier, later] = [payment(0n, [[1, 5n]]), payment(5n, [[2, 1n]])]
    expect(mergeIntent(later, earlier, 'earlier')).toEqual({ ok: true, value: later })
    expect(mergeIntent(earlier, later, 'later')).toEqual({ ok: true, value: later })
    expect(mergeIntent(earlier, later, 'apart')).toEqual({
      ok: true,
      value: payment(5n, [
        [1, 5n],
        [2, 1n],
      ]),
    })
  })

  test('of the node keep the most of each five minutes', () => {
    const spends = fc.array(fc.tuple(fc.nat(86_400_000), fc.bigInt(1n, 1000n)), { maxLength: 20 })
    const nodeOf = (list: readonly (readonly [number, bigint])[]): NodeState => ({
      ...emptyNodeState,
      onchainOut: list.reduce(
        (sum, [atMs, amount]) => spend(sum, atMs, sats(amount)),
        emptyNodeState.onchainOut,
      ),
    })
    fc.assert(
      fc.property(spends, spends, (one, other) => {
        const [ours, theirs] = [nodeOf(one), nodeOf(other)]
        const merged = mergeNode(ours, theirs, 'apart')
        for (const { slot, sats: amount } of [...ours.onchainOut, ...theirs.onchainOut]) {
          const found = merged.onchainOut.find((bucket) => bucket.slot === slot)
          expect(found !== undefined && found.sats >= amount).toBe(true)
        }
        expect(mergeNode(ours, ours, 'apart')).toEqual(ours)
      }),
    )
  })
})
