import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, commit, open, opened, stage } from './play.ts'
import { SimulatedChannel, type Terms } from './simulated-channel.ts'

const kinds: readonly (readonly [string, Terms])[] = (
  ['static-remotekey', 'anchors'] as const
).flatMap((type) =>
  (['holder', 'counterparty'] as const).map(
    (funder) =>
      [`${type} opened by the ${funder}`, { type, funder, pushMsat: 300_000_000n }] as const,
  ),
)

describe.each(kinds)('%s', (_name, terms) => {
  test('payments both ways, several at once, failing and paid', () => {
    const play = opened(terms)
    const { channel } = play
    channel.add('outgoing', 20_000n, 'a', 600)
    commit(play)
    channel.add('incoming', 30_000n, 'b', 610)
    channel.add('outgoing', 15_000n, 'c', 620)
    channel.add('incoming', 30_000n, 'b', 610)
    commit(play)
    channel.remove('a', 'paid')
    channel.remove('b', 'paid')
    commit(play)
    channel.remove('b', 'failed')
    channel.remove('c', 'failed')
    commit(play)
    commit(play)
  })

  test('feerates up and down, with HTLCs that are trimmed and come back', () => {
    const play = opened(terms)
    const { channel } = play
    channel.add('outgoing', 4_000n, 'a', 600)
    channel.add('incoming', 4_500n, 'b', 600)
    commit(play)
    for (const feerate of [8000, 15_000, 253, 1000]) {
      channel.agreement = { ...channel.agreement, feerate }
      commit(play)
    }
    channel.remove('a', 'paid')
    channel.remove('b', 'paid')
    commit(play)
  })

  test('dust, one after the other and several at once', () => {
    const play = opened(terms)
    const { channel } = play
    for (const [at, way] of (['outgoing', 'outgoing', 'incoming', 'outgoing'] as const).entries()) {
      channel.add(way, 300n, `dust ${at}`, 600)
      commit(play)
      if (at > 0) channel.remove(`dust ${at - 1}`, 'paid')
    }
    channel.add('outgoing', 200n, 'more', 600)
    commit(play)
    channel.remove('dust 3', 'paid')
    channel.remove('more', 'failed')
    commit(play)
  })

  test('the same commitment again under another event, before and after the reveal', () => {
    const play = opened(terms)
    const { channel, signer } = play
    answered(signer, channel.commitment(0))
    channel.add('outgoing', 20_000n, 'a', 600)
    answered(signer, channel.commitment(1))
    answered(signer, channel.commitment(1))
    answered(signer, channel.reveal(0))
    const before = signer.channel(channel.channel)
    answered(signer, channel.commitment(1))
    expect(signer.channel(channel.channel)).toEqual(before)
  })

  test('a secret again, a reveal again, points again', () => {
    const play = opened(terms)
    const { channel, signer } = play
    commit(play)
    answered(signer, channel.release(0))
    answered(signer, channel.reveal(0))
    answered(signer, channel.point(0))
    commit(play)
    answered(signer, channel.release(1))
  })

  test('a close with several fee steps', () => {
    const play = opened(terms)
    const { channel, signer } = play
    channel.add('outgoing', 20_000n, 'a', 600)
    commit(play)
    channel.remove('a', 'paid')
    commit(play)
    for (const fee of [2000n, 1000n, 500n]) answered(signer, channel.closing(fee))
    answered(signer, channel.release(1))
    expect(signer.channel(channel.channel)?.closings.length).toBe(3)
  })

  test('a force close by us, its second stages, and both again', () => {
    const play = opened(terms)
    const { channel, signer } = play
    channel.add('outgoing', 20_000n, 'a', 600)
    channel.add('incoming', 30_000n, 'b', 610)
    commit(play)
    const closed = outcome(signer.decide(channel.holderCommitment(1)))
    expect(closed).toEqual(['sign', 'policy-lightspark-holder-commitment'])
    for (const delivery of channel.holderHtlcs(1)) {
      expect(outcome(signer.decide(delivery))).toEqual(['sign'])
    }
    answered(signer, channel.holderCommitment(1))
  })
})

test.each([10_000, 40_000])(
  'a payment that a feerate of %i leaves without an output is no theft',
  (feerate) => {
    const terms = { type: 'static-remotekey', funder: 'counterparty', feerate } as const
    const play = opened({ ...terms, pushMsat: 300_000_000n })
    const { channel } = play
    // BOLT 3: 354 sat and the fee of an HTLC-success transaction of 703 weight units.
    const amount = 354n + (703n * BigInt(feerate)) / 1000n - 1n
    channel.add('outgoing', amount, 'a', 600)
    commit(play)
    channel.remove('a', 'paid')
    commit(play)
    channel.add('outgoing', amount, 'b', 600)
    commit(play)
    channel.remove('b', 'failed')
    commit(play)
  },
)

describe.each(['static-remotekey', 'anchors'] as const)('%s', (type) => {
  test('opened by the counterparty without a push: no to_remote until the first payment', () => {
    const play = opened({ type, funder: 'counterparty' })
    const { channel } = play
    commit(play)
    channel.add('incoming', 50_000n, 'a', 600)
    commit(play)
    channel.remove('a', 'paid')
    commit(play)
    channel.add('outgoing', 50_000n, 'b', 600)
    commit(play)
    channel.remove('b', 'paid')
    commit(play)
    commit(play)
  })

  test('a close where we have nothing', () => {
    const play = opened({ type, funder: 'counterparty' })
    answered(play.signer, play.channel.closing(500n))
  })

  test('a force close where the counterparty has nothing, and where we have nothing', () => {
    const rich = opened({ type, funder: 'holder' })
    expect(outcome(rich.signer.decide(rich.channel.holderCommitment(0)))).toEqual([
      'sign',
      'policy-lightspark-holder-commitment',
    ])
    const poor = opened({ type, funder: 'counterparty' })
    const judgement = poor.signer.decide(poor.channel.holderCommitment(0))
    expect(judgement.decision.verdict).toBe('sign')
  })

  test('a payment that is credited and spent in the same commitment', () => {
    const play = opened({ type, funder: 'counterparty', pushMsat: 20_000_000n })
    const { channel, signer } = play
    channel.add('incoming', 90_000n, 'in', 600)
    commit(play)
    const [incoming] = signer.channel(channel.channel)?.commitments.at(-1)?.htlcs ?? []
    if (incoming === undefined) throw new RangeError('no HTLC')
    signer.write({ channels: [], node: { ...signer.node(), settling: [incoming] } })
    channel.remove('in', 'paid')
    channel.add('outgoing', 70_000n, 'out', 600)
    commit(play)
    expect(signer.node().settling).toEqual([])
  })

  test('a payment that is credited while one too small for an output goes out', () => {
    const play = opened({ type, funder: 'counterparty', feerate: 253 })
    const { channel, signer } = play
    channel.add('incoming', 10_001n, 'in', 600)
    channel.add('incoming', 300n, 'dust in', 600)
    commit(play)
    const [incoming] = signer.channel(channel.channel)?.commitments.at(-1)?.htlcs ?? []
    if (incoming === undefined) throw new RangeError('no HTLC')
    signer.write({ channels: [], node: { ...signer.node(), settling: [incoming] } })
    channel.remove('in', 'paid')
    channel.add('outgoing', 1n, 'dust out', 600)
    commit(play)
    channel.remove('dust out', 'paid')
    commit(play)
    // Nothing is left in the fee that a missing satoshi could hide in.
    channel.remove('dust in', 'failed')
    commit(play)
    answered(signer, channel.closing(500n))
  })

  test('a payment that is forwarded from one channel to another', () => {
    const play = stage({ type, funder: 'counterparty' })
    const { signer } = play
    const out = new SimulatedChannel(signer.keys, { type, funder: 'holder', channel: 8 })
    const onward = { signer, channel: out }
    open(play)
    open(onward)
    play.channel.add('incoming', 50_000n, 'a', 700)
    commit(play)
    out.add('outgoing', 49_900n, 'a', 600)
    commit(onward)
    out.remove('a', 'paid')
    commit(onward)
    play.channel.remove('a', 'paid')
    commit(play)
  })
})
