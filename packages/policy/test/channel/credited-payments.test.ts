import { preimageNonce } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { eventId, invoiceId } from '@boltwarden/core/ids'
import type { Delivery } from '@boltwarden/policy/event'
import { describe, expect, test } from 'vitest'
import { hash } from '../honest.ts'
import { at, held, kinds, next, refused } from './balances.ts'
import { answered, commit, opened, type Stage } from './play.ts'

const pushMsat = 300_000_000n

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
    expect(next(busy, honest)).toEqual(funder === 'holder' ? held : refused)
  })

  test('that comes again as the first is credited may fail', () => {
    const busy = given()
    const { signer, channel } = busy
    const [again] = channel.agreement.htlcs
    if (again === undefined) throw new RangeError('no HTLC')
    channel.removeOldest('paid')
    const { agreement } = channel
    const toCounterpartyMsat = agreement.toCounterpartyMsat - again.amountMsat
    channel.agreement = { ...agreement, toCounterpartyMsat, htlcs: [again] }
    commit(busy)
    const paid = channel.agreement
    channel.removeOldest('failed')
    // The fee of a channel of ours hides it.
    if (funder === 'holder') {
      expect(next(busy, paid)).toEqual(held)
    } else {
      expect(signer.node().settling).toEqual([])
      commit(busy)
    }
  })

  test('that stays is not credited by what comes back of the fee', () => {
    const busy = given([20_000n])
    const { signer, channel } = busy
    for (const feerate of [9000, 500, 9000, 500]) {
      channel.agreement = at(feerate, busy)
      commit(busy)
    }
    expect(signer.node().settling).toHaveLength(1)
    const under = channel.agreement
    channel.removeOldest('paid')
    const honest = channel.agreement
    channel.agreement = under
    channel.removeOldest('failed')
    expect(next(busy, honest)).toEqual(funder === 'holder' ? held : refused)
  })

  test.each([60_000n, 2_000n])('of %s sat is credited while dust of ours is paid', (amount) => {
    const busy = given([amount])
    const { signer, channel } = busy
    channel.removeOldest('paid')
    channel.add('outgoing', 300n, 'dust', 610)
    commit(busy)
    channel.remove('dust', 'paid')
    commit(busy)
    answered(signer, channel.closing(500n))
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
    expect(next(busy, honest)).toEqual(funder === 'holder' ? held : refused)
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
    expect(next(busy, honest)).toEqual(held)
  })
})
