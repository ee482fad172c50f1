import { commitmentFee } from '@boltwarden/core/bolt3/fees'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { Signer } from '../signer.ts'
import { at, held, kinds, next, refused, shift, tag, types } from './balances.ts'
import { answered, commit, keys, opened, type Stage } from './play.ts'
import { SimulatedChannel } from './simulated-channel.ts'

const pushMsat = 300_000_000n

/** A channel whose opener gave us nothing, and has paid us 300,000 sat since. */
function earned(type: (typeof types)[number]): Stage {
  const play = opened({ type, funder: 'counterparty' })
  play.channel.add('incoming', 300_000n, 'wage')
  commit(play)
  play.channel.remove('wage', 'paid')
  commit(play)
  return play
}

describe.each(types)('on a %s channel that the counterparty opened', (type) => {
  test('no fee explains that our balance falls', () => {
    const play = earned(type)
    const honest = play.channel.agreement
    shift(play, -50_000n, 0n)
    expect(next(play, honest)).toEqual(held)
  })

  test('a fee explains nothing either where it is not known for sure who opened it: held', () => {
    const play = opened({ type, funder: 'counterparty', pushMsat })
    const honest = play.channel.agreement
    shift(play, -50_000n, 0n)
    expect(next(play, honest)).toEqual(held)
  })

  test('a doubt that the owner lets pass tells who opened it', () => {
    const play = opened({ type, funder: 'counterparty', pushMsat })
    const { signer, channel } = play
    signer.policy = createPolicy({ severities: { [tag]: 'warn' } })
    shift(play, -50_000n, 0n)
    expect(outcome(signer.decide(channel.commitment()))).toEqual(['sign', tag])
    expect(signer.channel(channel.channel)?.funding?.opener).toBe('holder')
  })

  test('the fee of the close is not ours', () => {
    const play = earned(type)
    const honest = play.channel.closing(30_000n)
    shift(play, -30_000n, 30_000n)
    expect(outcome(play.signer.decide(play.channel.closing(30_000n)))).toEqual([
      'decline',
      'policy-mutual-value-matches-commitment',
    ])
    answered(play.signer, honest)
  })

  test('a fee as high as our balance does not make it dust', () => {
    const play = opened({ type, funder: 'counterparty', pushMsat: 40_000_000n })
    const close = play.channel.closing(40_000n, (tx) => ({
      ...tx,
      outputs: tx.outputs.filter(({ value }) => value > 40_000n),
    }))
    expect(new Set(outcome(play.signer.decide(close)))).toEqual(
      new Set([
        'decline',
        'policy-mutual-destination-allowlisted',
        'policy-mutual-value-matches-commitment',
      ]),
    )
  })
})

describe.each(types)('on a %s channel that we opened', (type) => {
  const dear = 20_000
  const dearer = () =>
    commitmentFee(type, feeratePerKw(dear), 0) - commitmentFee(type, feeratePerKw(1000), 0)
  const play = () => opened({ type, funder: 'holder', pushMsat })

  test('a fee that falls comes back to us', () => {
    const busy = play()
    const { channel } = busy
    channel.agreement = at(dear, busy)
    commit(busy)
    const honest = at(1000, busy)
    channel.agreement = honest
    shift(busy, -dearer(), dearer())
    expect(next(busy, honest)).toEqual(held)
  })

  test('nor is it kept in many small steps, where nothing may leave without an output', () => {
    const busy = play()
    busy.signer.policy = createPolicy({ payments: { requireIntents: true } })
    const { channel } = busy
    channel.agreement = at(dear, busy)
    commit(busy)
    channel.agreement = at(dear - 500, busy)
    const honest = channel.agreement
    shift(busy, -300n, 300n)
    expect(next(busy, honest)).toEqual(held)
  })

  test('nor by the close', () => {
    const busy = play()
    const { signer, channel } = busy
    channel.agreement = at(dear, busy)
    commit(busy)
    const honest = channel.closing(1000n)
    shift(busy, -dearer(), dearer())
    expect(outcome(signer.decide(channel.closing(1000n)))).toEqual([
      'decline',
      'policy-mutual-value-matches-commitment',
    ])
    answered(signer, honest)
  })

  test('nor by a fall of the fee while a payment of ours goes out', () => {
    const busy = play()
    const { channel } = busy
    channel.agreement = at(dear, busy)
    commit(busy)
    channel.agreement = at(1000, busy)
    channel.add('outgoing', 20_000n, 'a')
    const honest = channel.agreement
    shift(busy, -dearer(), dearer())
    expect(next(busy, honest)).toEqual(held)
  })

  test('an HTLC without an output hides in what the fee has beyond the lowest feerate', () => {
    const fee = (feerate: number) => commitmentFee(type, feeratePerKw(feerate), 0)
    // What an output leaves out of a satoshi may be in the fee as well.
    const most = fee(1000) - fee(253) + 1n
    const taking = (taken: bigint) => {
      const busy = play()
      shift(busy, -taken, taken)
      return next(busy)
    }
    expect(taking(most)).toEqual(['sign'])
    expect(taking(most + 1n)[0]).not.toBe('sign')
  })

  test('what came back of a payment that failed is ours again', () => {
    const busy = play()
    const { channel } = busy
    channel.add('outgoing', 90_000n, 'a')
    commit(busy)
    channel.remove('a', 'failed')
    commit(busy)
    const honest = channel.agreement
    shift(busy, -50_000n, 50_000n)
    expect(next(busy, honest)).toEqual(refused)
  })
})

describe.each(kinds)('a $type channel opened by the $funder', ({ type, funder }) => {
  const play = () => opened({ type, funder, pushMsat })
  const strict = { payments: { receiveOnly: true } }

  test('that only receives: feerates and dust come and go', () => {
    const busy = play()
    busy.signer.policy = createPolicy(strict)
    const { channel } = busy
    const step = (feerate: number) => {
      channel.agreement = at(feerate, busy)
      commit(busy)
    }
    for (const [n, feerate] of [253, 9000, 40_000, 700, 2000].entries()) {
      channel.add('incoming', 4_000n, `small ${n}`)
      channel.add('incoming', 300n, `dust ${n}`)
      step(feerate)
      channel.remove(`dust ${n}`, n % 2 === 0 ? 'failed' : 'paid')
      step(feerate + 100)
      channel.remove(`small ${n}`, n % 2 === 0 ? 'paid' : 'failed')
      step(1000)
    }
  })

  test('that only receives: odd millisatoshis', () => {
    const busy = play()
    busy.signer.policy = createPolicy(strict)
    const { channel } = busy
    for (const [n, odd] of [1n, 999n, 500n, 501n, 7n].entries()) {
      channel.add('incoming', 5_000n + BigInt(n), `odd ${n}`)
      const { agreement } = channel
      const htlcs = agreement.htlcs.map((htlc) => ({ ...htlc, amountMsat: htlc.amountMsat + odd }))
      const toCounterpartyMsat = agreement.toCounterpartyMsat - odd
      channel.agreement = { ...agreement, htlcs, toCounterpartyMsat }
      commit(busy)
      channel.remove(`odd ${n}`, n % 2 === 0 ? 'paid' : 'failed')
      commit(busy)
    }
  })

  test('that only receives: nothing leaves by what looks like dust', () => {
    const busy = play()
    busy.signer.policy = createPolicy(strict)
    const honest = busy.channel.agreement
    shift(busy, -500n, funder === 'holder' ? 500n : 0n)
    expect(next(busy, honest)).toEqual(held)
  })

  test('that registers its payments: nothing leaves by what looks like dust', () => {
    const busy = play()
    busy.signer.policy = createPolicy({ payments: { requireIntents: true } })
    const honest = busy.channel.agreement
    shift(busy, -500n, funder === 'holder' ? 500n : 0n)
    expect(next(busy, honest)).toEqual(held)
  })

  test('much dust that leaves at once is held, until the owner lets it pass', () => {
    const busy = play()
    const { signer, channel } = busy
    const payments = Array.from({ length: 20 }, (_, at) => `small ${at}`)
    for (const name of payments) channel.add('outgoing', 300n, name)
    const attempt = () => outcome(signer.decide(channel.commitment()))
    if (funder === 'holder') {
      // On a channel of ours it is in our fee until it is paid.
      commit(busy)
      for (const name of payments) channel.remove(name, 'paid')
    }
    answered(signer, channel.point(channel.next + 2))
    answered(signer, channel.release(channel.next - 1))
    expect([attempt(), attempt()]).toEqual([held, held])
    signer.policy = createPolicy({ channels: { maxTrimmedSats: sats(7000n) } })
    expect(attempt()).toEqual(['sign'])
  })

  test('more than the fee could hold as dust is declined', () => {
    const busy = play()
    const { agreement } = busy.channel
    shift(busy, -100_000n, 100_000n)
    expect(next(busy, agreement)).toEqual(refused)
  })

  test('dust that leaves counts as paid', () => {
    const busy = play()
    const { signer, channel } = busy
    signer.policy = createPolicy({ payments: { hourlySats: sats(1000n) } })
    for (const name of ['a', 'b', 'c']) {
      channel.add('outgoing', 300n, name)
      commit(busy)
      channel.remove(name, 'paid')
      commit(busy)
    }
    const [counted] = signer.node().lightningOut
    // What a balance leaves out of a satoshi may be in the fee, once.
    expect(counted?.sats).toBeGreaterThanOrEqual(899n)
    channel.add('outgoing', 300n, 'd')
    const found = [outcome(signer.decide(channel.commitment()))]
    // On a channel of ours it is in our fee until it is paid.
    if (funder === 'holder') {
      answered(signer, channel.reveal(channel.next - 1))
      channel.next += 1
      channel.remove('d', 'paid')
      found.push(outcome(signer.decide(channel.commitment())))
    }
    expect(found.at(-1)).toEqual(['decline', 'policy-velocity-transferred'])
  })

  test('near the reserve, with the feerate up and down and HTLCs in flight', () => {
    const busy = play()
    const { channel } = busy
    const poor = funder === 'holder' ? 640_000n : 290_000n
    channel.add('outgoing', poor, 'rent', 600)
    commit(busy)
    channel.add('incoming', 30_000n, 'b', 610)
    commit(busy)
    for (const feerate of [4000, 12_000, 253, 2000]) {
      channel.agreement = at(feerate, busy)
      commit(busy)
    }
    channel.remove('rent', 'failed')
    channel.add('outgoing', 8_000n, 'c', 620)
    commit(busy)
    channel.remove('b', 'paid')
    channel.agreement = at(20_000, busy)
    commit(busy)
    channel.remove('c', 'paid')
    channel.agreement = at(500, busy)
    commit(busy)
    answered(busy.signer, channel.closing(700n))
  })

  test('our balance is spent to the last satoshi and comes again', () => {
    const busy = opened({ type, funder, pushMsat, feerate: 253 })
    const { channel } = busy
    const fee = commitmentFee(type, feeratePerKw(253), 1) + 660n
    const all = funder === 'holder' ? 700_000n - fee - 100n : 299_900n
    channel.add('outgoing', all, 'all', 600)
    commit(busy)
    channel.add('incoming', 20_000n, 'back', 600)
    commit(busy)
    channel.remove('all', 'paid')
    channel.remove('back', 'paid')
    commit(busy)
    commit(busy)
  })
})

describe.each(kinds)('a $type channel adopted, opened by the $funder', ({ type, funder }) => {
  const adopted = (): Stage => {
    const signer = new Signer(keys, 'REGTEST')
    signer.policy = createPolicy({ channels: { adopt: true } })
    const channel = new SimulatedChannel(signer.keys, { type, funder, pushMsat })
    channel.next = 4
    answered(signer, channel.point(5))
    answered(signer, channel.commitment())
    channel.next = 5
    return { signer, channel }
  }

  test('goes on with every feerate', () => {
    const busy = adopted()
    for (const feerate of [5000, 253, 20_000, 1000]) {
      busy.channel.agreement = at(feerate, busy)
      commit(busy)
    }
    const { funding } = busy.signer.channel(busy.channel.channel) ?? {}
    expect([funder, 'unknown']).toContain(funding?.opener)
  })

  test('what fees were taken from us for does not go to the counterparty', () => {
    const busy = adopted()
    shift(busy, -50_000n, 0n)
    commit(busy)
    const honest = busy.channel.agreement
    shift(busy, 0n, 50_000n)
    expect(next(busy, honest)).toEqual(held)
  })
})

describe('an opener told later', () => {
  test('by the balances of a state of an earlier version', () => {
    const busy = opened({ type: 'anchors', funder: 'counterparty' })
    const { signer, channel } = busy
    const state = signer.channel(channel.channel)
    if (state?.funding === undefined) throw new RangeError('no funding')
    const { opener: _opener, ...funding } = state.funding
    signer.write({ channels: [{ ...state, funding }] })
    channel.add('incoming', 300_000n, 'a')
    commit(busy)
    expect(signer.channel(channel.channel)?.funding?.opener).toBe('counterparty')
  })
})
