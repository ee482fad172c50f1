import { createHash } from 'node:crypto'
import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { preimageNonce } from '@boltwarden/core/bytes'
import { eventId, invoiceId } from '@boltwarden/core/ids'
import type { Request } from '@boltwarden/core/request'
import { commitmentNumber, indexOf, sats } from '@boltwarden/core/units'
import { maxSettling, mostSettling, stillSettling } from '@boltwarden/policy/channel/settling'
import type { Delivery } from '@boltwarden/policy/event'
import { createPolicy } from '@boltwarden/policy/policy'
import { incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, commit, open, opened, type Stage } from './play.ts'
import { SimulatedChannel } from './simulated-channel.ts'

const pushMsat = 400_000_000n
const nonce = preimageNonce(new Uint8Array(32).fill(4))
const invoice = invoiceId('Invoice:1')
const held = ['hold', 'policy-lightspark-preimage-htlc']
const declined = ['decline', 'policy-lightspark-preimage-htlc']

let asked = 0

function ask(request: Request): Delivery {
  asked += 1
  const event = `invoice-${asked}`
  return {
    event: eventId(event),
    bodyHash: new Uint8Array(createHash('sha256').update(event).digest()),
    timestampMs: 0,
    receivedAtMs: 0,
    entity: 'node:1',
    request,
  }
}

function preimage({ signer }: Stage): readonly string[] {
  const kind = 'release-payment-preimage'
  return outcome(signer.decide(ask({ kind, network: 'REGTEST', invoice, nonce })))
}

/** A part of the payment is agreed on; no commitment has it yet. */
function arriving({ signer, channel }: Stage, amountSats = 9_000n): void {
  const found = signer.invoice(invoice)
  if (found === undefined) throw new RangeError('no invoice')
  const { agreement } = channel
  const htlc = {
    way: 'incoming',
    amountMsat: amountSats * 1000n,
    paymentHash: found.paymentHash,
    cltvExpiry: 600,
  } as const
  channel.agreement = {
    ...agreement,
    toCounterpartyMsat: agreement.toCounterpartyMsat - htlc.amountMsat,
    htlcs: [...agreement.htlcs, htlc],
  }
}

describe.each(['static-remotekey', 'anchors'] as const)('a preimage with %s', (type) => {
  /** A channel in life, and an invoice whose payment hash was given. */
  const issued = (): Stage => {
    const busy = opened({ type, funder: 'holder', pushMsat })
    commit(busy)
    const kind = 'request-invoice-payment-hash'
    busy.signer.decide(ask({ kind, network: 'REGTEST', invoice }), nonce)
    return busy
  }

  /** Another channel of the same node. */
  const second = ({ signer }: Stage): Stage => {
    const terms = { type, funder: 'holder', pushMsat, channel: 8 } as const
    const other = { signer, channel: new SimulatedChannel(signer.keys, terms) }
    open(other)
    return other
  }

  test('is held until the commitment without its HTLC is revoked', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    const number = channel.next
    answered(signer, channel.commitment())
    expect(preimage(busy)).toEqual(held)
    answered(signer, channel.reveal(number - 1))
    expect(preimage(busy)).toEqual(['sign'])
  })

  test('is given while later changes are under way: every commitment holds the HTLC', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    commit(busy)
    channel.add('incoming', 7_000n, 'other')
    answered(signer, channel.commitment())
    expect(preimage(busy)).toEqual(['sign'])
  })

  test('is held while too many payments wait for their credit: none of them is forgotten', () => {
    const busy = issued()
    const { signer } = busy
    arriving(busy)
    commit(busy)
    const large = { paymentHash160: hash160(new Uint8Array(20)), cltvExpiry: 600 }
    const waiting = Array.from({ length: 4096 }, (_, at) => ({
      ...large,
      amountSats: sats(at === 0 ? 5_000_000n : 600n),
    }))
    signer.write({ channels: [], node: { ...signer.node(), settling: waiting } })
    expect(preimage(busy)).toEqual(held)
    signer.write({ channels: [], node: { ...signer.node(), settling: waiting.slice(0, -1) } })
    expect(preimage(busy)).toEqual(['sign'])
    expect(signer.node().settling).toHaveLength(4096)
    expect(signer.node().settling[0]?.amountSats).toBe(5_000_000n)
  })

  test('is not given once the last commitment has no such HTLC', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    commit(busy)
    channel.removeOldest('failed')
    answered(signer, channel.commitment())
    expect(preimage(busy)).toEqual(declined)
  })

  test('is not given for an HTLC that came after a close was signed', () => {
    const busy = issued()
    const { signer, channel } = busy
    const close = channel.closing(500n)
    answered(signer, close)
    arriving(busy)
    signer.decide(channel.commitment())
    signer.decide(channel.reveal(channel.next - 1))
    expect(preimage(busy)).toEqual(declined)
    // The same close gives nothing away that it did not before; another one would.
    const renamed = { ...close, event: eventId('close-again') }
    expect(outcome(signer.decide(renamed))).toEqual(['sign'])
    const [verdict, ...tags] = outcome(signer.decide(channel.closing(501n)))
    expect([verdict, tags]).toEqual([
      'decline',
      expect.arrayContaining(['policy-mutual-no-pending-htlcs']),
    ])
  })

  test('is not given for an HTLC that our own signed commitment does not hold', () => {
    const busy = issued()
    const { signer, channel } = busy
    const ours = channel.holderCommitment(1)
    arriving(busy)
    answered(signer, channel.commitment())
    answered(signer, channel.reveal(channel.next - 1))
    expect(outcome(signer.decide(ours))[0]).toBe('sign')
    expect(preimage(busy)).toEqual(declined)
  })

  test('is given where our own signed commitment holds it, and where theirs was published', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    commit(busy)
    expect(outcome(signer.decide(channel.holderCommitment(2)))[0]).toBe('sign')
    expect(preimage(busy)).toEqual(['sign'])
    for (const htlc of channel.holderHtlcs(2))
      expect(outcome(signer.decide(htlc))).toEqual(['sign'])
  })

  test('of a payment in parts waits for every part', () => {
    const busy = issued()
    const other = second(busy)
    arriving(busy)
    commit(busy)
    arriving(other, 6_000n)
    answered(other.signer, other.channel.commitment())
    expect(preimage(busy)).toEqual(held)
    answered(other.signer, other.channel.reveal(other.channel.next - 1))
    expect(preimage(busy)).toEqual(['sign'])
  })

  test('is not given where a part came after the end of its channel', () => {
    const busy = issued()
    const other = second(busy)
    arriving(busy)
    commit(busy)
    answered(other.signer, other.channel.closing(500n))
    arriving(other, 6_000n)
    other.signer.decide(other.channel.commitment())
    expect(preimage(busy)).toEqual(declined)
  })

  test('of two parts in one channel counts both', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    commit(busy)
    arriving(busy)
    answered(signer, channel.commitment())
    expect(preimage(busy)).toEqual(held)
    answered(signer, channel.reveal(channel.next - 1))
    expect(preimage(busy)).toEqual(['sign'])
  })

  test('on an adopted channel waits for a revocation that was seen', () => {
    const { signer } = issued()
    signer.policy = createPolicy({ channels: { adopt: true } })
    const terms = { type, funder: 'holder', pushMsat, channel: 9 } as const
    const channel = new SimulatedChannel(signer.keys, terms)
    const busy = { signer, channel }
    channel.next = 5
    arriving(busy)
    answered(signer, channel.point(7))
    answered(signer, channel.release(4))
    answered(signer, channel.commitment())
    expect(preimage(busy)).toEqual(held)
    answered(signer, channel.reveal(4))
    expect(preimage(busy)).toEqual(['sign'])
    // What has no successor cannot have been revoked.
    expect(outcome(signer.decide(channel.reveal(5)))).toEqual([
      'hold',
      'policy-lightspark-reveal-consistent',
    ])
  })

  test('is held where commitments that are not remembered may be unrevoked', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    commit(busy)
    const state = signer.channel(channel.channel)
    if (state === undefined) throw new RangeError('no channel')
    const commitments = state.commitments.map((each) => ({
      ...each,
      number: commitmentNumber(each.number + 3),
    }))
    expect(incomingHtlcs({ ...state, commitments })).toMatchObject([{ standing: 'not-yet' }])
    expect(incomingHtlcs(state)).toMatchObject([{ standing: 'sure' }])
  })

  test('counts HTLCs of our own commitment that was signed before its outputs were kept', () => {
    const busy = issued()
    const { signer, channel } = busy
    arriving(busy)
    commit(busy)
    const state = signer.channel(channel.channel)
    const txid = state?.commitments.at(-1)?.txid
    if (state === undefined || txid === undefined) throw new RangeError('no channel')
    const index = indexOf(commitmentNumber(2))
    const standing = (amounts?: readonly bigint[]) => {
      const scripts = amounts?.map((amount) => ({
        scriptPubKey: new Uint8Array(34),
        amountSats: sats(amount),
        isBalance: false,
      }))
      const ours = { index, txid, ...(scripts && { scripts }) }
      return incomingHtlcs({ ...state, broadcast: [ours] }).map((htlc) => htlc.standing)
    }
    expect(standing()).toEqual(['sure'])
    expect(standing([9_000n])).toEqual(['sure'])
    expect(standing([8_999n, 9_001n])).toEqual(['never'])
  })
})

test('payments of channels that are long closed make room', () => {
  const entry = (cltvExpiry: number) => ({
    paymentHash160: hash160(new Uint8Array(20)),
    amountSats: sats(600n),
    cltvExpiry,
  })
  const waiting = Array.from({ length: maxSettling }, (_, at) => entry(at === 0 ? 999 : 1000))
  const more = [{ ...entry(2000), way: 'incoming' as const }]
  expect(stillSettling(waiting, more, 1000)).toEqual([...waiting.slice(1), entry(2000)])
  expect(stillSettling(waiting.slice(1), more, 5000)).toHaveLength(maxSettling)
  expect(
    mostSettling([entry(1), ...waiting.slice(1), { ...entry(2), amountSats: sats(601n) }]),
  ).toHaveLength(maxSettling)
  expect(mostSettling([...waiting, { ...entry(2), amountSats: sats(601n) }])[0]?.cltvExpiry).toBe(2)
})
