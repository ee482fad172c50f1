import { commitmentFee } from '@boltwarden/core/bolt3/fees'
import { preimageNonce } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { eventId, invoiceId } from '@boltwarden/core/ids'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { hash, outcome } from '../honest.ts'
import { Signer } from '../signer.ts'
import { answered, commit, keys, opened, type Stage } from './play.ts'
import { type Agreement, SimulatedChannel } from './simulated-channel.ts'

const pushMsat = 300_000_000n
const tag = 'policy-routing-deltas-only-htlc'
const refused = ['decline', tag]
const types = ['static-remotekey', 'anchors'] as const
const funders = ['holder', 'counterparty'] as const
const kinds = types.flatMap((type) => funders.map((funder) => ({ type, funder })))

/** A channel whose opener gave us nothing, and has paid us 300,000 sat since. */
function earned(type: (typeof types)[number]): Stage {
  const play = opened({ type, funder: 'counterparty' })
  play.channel.add('incoming', 300_000n, 'wage')
  commit(play)
  play.channel.remove('wage', 'paid')
  commit(play)
  return play
}

/** Changes balances by satoshis; what does not add up is fee. */
function shift({ channel }: Stage, toHolder: bigint, toCounterparty: bigint): void {
  const { agreement } = channel
  channel.agreement = {
    ...agreement,
    toHolderMsat: agreement.toHolderMsat + toHolder * 1000n,
    toCounterpartyMsat: agreement.toCounterpartyMsat + toCounterparty * 1000n,
  }
}

const at = (feerate: number, { channel }: Stage): Agreement => ({ ...channel.agreement, feerate })

/** What becomes of the next commitment; where it is refused, that of `honest` goes on. */
function next({ signer, channel }: Stage, honest?: Agreement): readonly string[] {
  answered(signer, channel.point(channel.next + 2))
  answered(signer, channel.release(channel.next - 1))
  const found = outcome(signer.decide(channel.commitment()))
  if (honest !== undefined) {
    channel.agreement = honest
    answered(signer, channel.commitment())
  }
  return found
}

describe.each(types)('on a %s channel that the counterparty opened', (type) => {
  test('no fee explains that our balance falls', () => {
    const play = earned(type)
    const honest = play.channel.agreement
    shift(play, -50_000n, 0n)
    expect(next(play, honest)).toEqual(refused)
  })

  test('a fee explains nothing either where it is not known for sure who opened it: held', () => {
    const play = opened({ type, funder: 'counterparty', pushMsat })
    const honest = play.channel.agreement
    shift(play, -50_000n, 0n)
    expect(next(play, honest)).toEqual(['hold', tag])
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
    expect(next(busy, honest)).toEqual(refused)
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
    expect(next(busy, honest)).toEqual(refused)
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
    expect(next(busy, honest)).toEqual(refused)
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
    expect(next(busy, honest)).toEqual([funder === 'holder' ? 'decline' : 'hold', tag])
  })

  test('that registers its payments: nothing leaves by what looks like dust', () => {
    const busy = play()
    busy.signer.policy = createPolicy({ payments: { requireIntents: true } })
    const honest = busy.channel.agreement
    shift(busy, -500n, funder === 'holder' ? 500n : 0n)
    expect(next(busy, honest)).toEqual([funder === 'holder' ? 'decline' : 'hold', tag])
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
    expect(next(busy, honest)).toEqual(refused)
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

describe.each(kinds)('a payment to us on a $type channel of the $funder', ({ type, funder }) => {
  const nonce = preimageNonce(new Uint8Array(32).fill(4))
  const ask = (request: object): Delivery => {
    const name = toHex(hash(JSON.stringify(Object.keys(request))))
    return {
      event: eventId(name),
      bodyHash: hash(name),
      timestampMs: 0,
      receivedAtMs: 0,
      entity: 'node:1',
      request: {
        network: 'REGTEST',
        invoice: invoiceId('Invoice:1'),
        ...request,
      } as Delivery['request'],
    }
  }

  /** The invoice's HTLC of 60,000 sat has arrived on this channel, and its preimage was given. */
  const given = (amounts: readonly bigint[] = [60_000n]): Stage => {
    const busy = opened({ type, funder, pushMsat })
    const { signer, channel } = busy
    signer.decide(ask({ kind: 'request-invoice-payment-hash' }), nonce)
    for (const amount of amounts) channel.add('incoming', amount, 'invoice')
    const { paymentHash } = signer.invoice(invoiceId('Invoice:1')) ?? {}
    if (paymentHash === undefined) throw new RangeError('no invoice')
    const { agreement } = channel
    channel.agreement = {
      ...agreement,
      htlcs: agreement.htlcs.map((htlc) => ({ ...htlc, paymentHash })),
    }
    commit(busy)
    answered(signer, ask({ kind: 'release-payment-preimage', nonce }))
    return busy
  }

  test('whose preimage was given is credited', () => {
    const busy = given()
    const { signer, channel } = busy
    expect(signer.node().settling).toMatchObject([{ amountSats: 60_000n }])
    channel.removeOldest('paid')
    commit(busy)
    expect(signer.node().settling).toEqual([])
    commit(busy)
  })

  test('whose preimage was given is not taken back', () => {
    const busy = given()
    const { channel } = busy
    const under = channel.agreement
    channel.removeOldest('failed')
    const failed = channel.agreement
    channel.agreement = under
    channel.removeOldest('paid')
    const honest = channel.agreement
    channel.agreement = failed
    expect(next(busy, honest)).toEqual(refused)
  })

  test('in two parts is credited in two steps, and each is', () => {
    const busy = given([40_000n, 40_000n])
    const { channel } = busy
    channel.removeOldest('paid')
    channel.agreement = at(3000, busy)
    commit(busy)
    const under = channel.agreement
    channel.removeOldest('paid')
    const honest = channel.agreement
    channel.agreement = under
    channel.removeOldest('failed')
    expect(next(busy, honest)).toEqual(refused)
  })

  test('that a feerate has left without an output is still owed', () => {
    if (type === 'anchors') return
    const busy = given([9_000n])
    const { channel } = busy
    channel.agreement = at(15_000, busy)
    commit(busy)
    channel.agreement = at(1000, busy)
    const under = channel.agreement
    channel.removeOldest('paid')
    const honest = channel.agreement
    channel.agreement = under
    channel.removeOldest('failed')
    expect(next(busy, honest)).toEqual(refused)
  })
})
