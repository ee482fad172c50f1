import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { paymentHash, preimageNonce, publicKey } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { eventId, invoiceId } from '@boltwarden/core/ids'
import { commitmentNumber, indexOf, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { createPolicy, type PolicyChoices } from '@boltwarden/policy/policy'
import type { PaymentIntent } from '@boltwarden/policy/state/intent'
import { describe, expect, test } from 'vitest'
import { hash, outcome } from '../honest.ts'
import { answered, commit, opened, type Stage } from './play.ts'
import { hashOf, SimulatedChannel } from './simulated-channel.ts'

const pushMsat = 400_000_000n
const toThief = p2wpkh(publicKey(Uint8Array.of(2, ...new Uint8Array(32).fill(0x99))))
const play = () => opened({ type: 'anchors', funder: 'holder', pushMsat })

/** Our output is the larger one. */
const ours = (
  tx: Transaction,
  by: (output: Transaction['outputs'][number]) => Transaction['outputs'],
) => {
  const largest = tx.outputs.reduce((a, b) => (a.value > b.value ? a : b))
  return { ...tx, outputs: tx.outputs.flatMap((it) => (it === largest ? by(it) : [it])) }
}

describe('a cooperative close', () => {
  test.each<readonly [string, (tx: Transaction) => Transaction, readonly string[]]>([
    [
      'to another key',
      (tx) => ours(tx, (it) => [{ ...it, scriptPubKey: toThief }]),
      ['policy-mutual-destination-allowlisted', 'policy-mutual-value-matches-commitment'],
    ],
    [
      'dust to us first and the rest elsewhere',
      (tx) =>
        ours(tx, (it) => [
          { ...it, value: sats(600n) },
          { value: sats(it.value - 600n), scriptPubKey: toThief },
        ]),
      ['policy-mutual-other', 'policy-mutual-value-matches-commitment'],
    ],
    [
      'that pays us 2,000 sat less and the miners more',
      (tx) => ours(tx, (it) => [{ ...it, value: sats(it.value - 2000n) }]),
      [],
    ],
    ['of version 1', (tx) => ({ ...tx, version: 1 }), ['policy-mutual-other']],
    ['with a locktime', (tx) => ({ ...tx, locktime: 500 }), ['policy-mutual-other']],
    [
      'of another output',
      (tx) => ({ ...tx, inputs: tx.inputs.map((it) => ({ ...it, vout: 0 })) }),
      ['policy-mutual-other'],
    ],
    [
      'with dust',
      (tx) => ours(tx, (it) => [it, { value: sats(200n), scriptPubKey: toThief }]),
      ['policy-mutual-other', 'policy-mutual-value-matches-commitment'],
    ],
    [
      'with a sequence of nothing',
      (tx) => ({ ...tx, inputs: tx.inputs.map((it) => ({ ...it, sequence: 5 })) }),
      ['policy-lightspark-key-purpose'],
    ],
  ])('%s', (_name, change, tags) => {
    const { signer, channel } = play()
    const found = outcome(signer.decide(channel.closing(500n, change)))
    expect([...new Set(found)]).toEqual(tags.length === 0 ? ['sign'] : ['decline', ...tags])
  })

  test('that gives 50,000 sat of ours to the counterparty', () => {
    const { signer, channel } = play()
    const robbed = channel.closing(500n, (tx) => ({
      ...tx,
      outputs: tx.outputs.map((it, _at, all) => ({
        ...it,
        value: sats(
          it === all.reduce((a, b) => (a.value > b.value ? a : b))
            ? it.value - 50_000n
            : it.value + 50_000n,
        ),
      })),
    }))
    expect(outcome(signer.decide(robbed))).toEqual([
      'decline',
      'policy-mutual-value-matches-commitment',
    ])
  })

  test('beyond the highest fee', () => {
    const { signer, channel } = play()
    signer.policy = createPolicy({ channels: { maxCloseFeeSats: sats(499n) } })
    expect(outcome(signer.decide(channel.closing(500n)))).toEqual([
      'decline',
      'policy-mutual-fee-range',
    ])
  })

  test('to a script that the owner allows', () => {
    const { signer, channel } = play()
    const elsewhere = (tx: Transaction) => ours(tx, (it) => [{ ...it, scriptPubKey: toThief }])
    signer.policy = createPolicy({ onchain: { allowedScripts: [toHex(toThief)] } })
    expect(outcome(signer.decide(channel.closing(500n, elsewhere)))).toEqual(['sign'])
  })

  test('while an HTLC is pending', () => {
    const busy = play()
    busy.channel.add('incoming', 20_000n, 'a')
    commit(busy)
    expect(outcome(busy.signer.decide(busy.channel.closing(500n)))).toEqual([
      'decline',
      'policy-mutual-no-pending-htlcs',
    ])
  })
})

describe('a close whose fee leaves us dust pays us nothing', () => {
  const purse = 3000n
  const [all] = [1_000_000n]

  test('where we opened the channel', () => {
    const { signer, channel } = opened({
      type: 'static-remotekey',
      funder: 'holder',
      pushMsat: (all - purse) * 1000n,
    })
    const toThem = (tx: Transaction) => ({
      ...tx,
      outputs: tx.outputs.filter(({ value }) => value > purse),
    })
    answered(signer, channel.closing(600n, toThem))
  })

  test('where we ask for it', () => {
    const { signer, channel } = opened({
      type: 'static-remotekey',
      funder: 'counterparty',
      pushMsat: purse * 1000n,
    })
    const toThem = (sequence: number) => (tx: Transaction) => ({
      ...tx,
      inputs: tx.inputs.map((it) => ({ ...it, sequence })),
      outputs: tx.outputs
        .filter(({ value }) => value > purse)
        .map((it) => ({ ...it, value: sats(all - purse) })),
    })
    expect(outcome(signer.decide(channel.closing(0n, toThem(0xffff_ffff))))).toContain(
      'policy-mutual-destination-allowlisted',
    )
    answered(signer, channel.closing(0n, toThem(0xffff_fffd)))
  })
})

describe('HTLC transactions of the counterparty', () => {
  const changedHtlc = (
    type: 'static-remotekey' | 'anchors',
    change: (tx: Transaction) => Transaction,
  ) => {
    const { signer, channel } = opened({ type, funder: 'holder', pushMsat })
    channel.add('outgoing', 20_000n, 'a')
    return outcome(signer.decide(channel.commitment(1, { htlcTransaction: change })))
  }

  test.each<readonly [string, (tx: Transaction) => Transaction, string]>([
    ['of version 1', (tx) => ({ ...tx, version: 1 }), 'policy-htlc-version'],
    ['with a locktime', (tx) => ({ ...tx, locktime: 7 }), 'policy-htlc-locktime'],
    [
      'with another sequence',
      (tx) => ({ ...tx, inputs: tx.inputs.map((it) => ({ ...it, sequence: 9 })) }),
      'policy-htlc-sequence',
    ],
    [
      'with another fee',
      (tx) => ({ ...tx, outputs: tx.outputs.map((it) => ({ ...it, value: sats(400n) })) }),
      'policy-htlc-fee-range',
    ],
    [
      'to another script',
      (tx) => ({
        ...tx,
        outputs: tx.outputs.map((it) => ({
          ...it,
          scriptPubKey: Uint8Array.of(0, 32, ...new Uint8Array(32).fill(3)),
        })),
      }),
      'policy-lightspark-htlc-parent',
    ],
    [
      'of another output',
      (tx) => ({ ...tx, inputs: tx.inputs.map((it) => ({ ...it, vout: 9 })) }),
      'policy-lightspark-htlc-parent',
    ],
  ])('%s', (_name, change, tag) => {
    expect(changedHtlc('anchors', change)).toContain(tag)
    if (tag !== 'policy-htlc-fee-range')
      expect(changedHtlc('static-remotekey', change)).toContain(tag)
  })

  test('of another index than their commitment has, and of none', () => {
    const { signer, channel } = play()
    channel.add('outgoing', 20_000n, 'a')
    const [job, htlc] = channel.commitmentJobs(1)
    if (job === undefined || htlc === undefined) throw new RangeError('no HTLC')
    const other = { ...htlc, index: indexOf(commitmentNumber(2)) }
    const { index: _none, ...unnamed } = htlc
    expect(outcome(signer.decide(channel.sign([job, other])))).toEqual([
      'decline',
      'policy-lightspark-htlc-parent',
    ])
    expect(outcome(signer.decide(channel.sign([job, unnamed])))).toEqual(['sign'])
  })

  test('without their commitment', () => {
    const { signer, channel } = play()
    channel.add('outgoing', 20_000n, 'a')
    const [, htlc] = channel.commitmentJobs(1)
    if (htlc === undefined) throw new RangeError('no HTLC')
    expect(outcome(signer.decide(channel.sign([htlc])))).toEqual([
      'decline',
      'policy-lightspark-htlc-parent',
    ])
  })

  test('with different feerates', () => {
    const { signer, channel } = opened({ type: 'static-remotekey', funder: 'holder', pushMsat })
    channel.add('outgoing', 20_000n, 'a')
    channel.add('outgoing', 30_000n, 'b')
    const dearer = (tx: Transaction, at: number): Transaction => ({
      ...tx,
      outputs: tx.outputs.map((it) => ({ ...it, value: sats(it.value - BigInt(at) * 50n) })),
    })
    expect(outcome(signer.decide(channel.commitment(1, { htlcTransaction: dearer })))).toEqual([
      'decline',
      'policy-htlc-fee-range',
    ])
  })

  test('two commitments of one channel at once', () => {
    const { signer, channel } = play()
    const one = channel.commitmentJobs(1)
    channel.agreement = { ...channel.agreement, feerate: 1001 }
    expect(outcome(signer.decide(channel.sign([...one, ...channel.commitmentJobs(1)])))).toEqual([
      'decline',
      'policy-lightspark-batch',
    ])
  })
})

describe('payments that leave', () => {
  const offer = ({ signer, channel }: Stage, amount: bigint, hashed: string) => {
    channel.add('outgoing', amount, hashed)
    const found = outcome(signer.decide(channel.commitment()))
    return [...new Set(found)]
  }
  const intent = (change: Partial<PaymentIntent> = {}): PaymentIntent => ({
    kind: 'payment',
    id: 'rent',
    paymentHash: hashOf('rent'),
    maxAmountSats: sats(20_000n),
    maxFeeSats: sats(100n),
    expiresAtMs: 1000,
    inFlight: [],
    settledSats: sats(0n),
    ...change,
  })
  const withPolicy = (choices: PolicyChoices) => {
    const busy = play()
    busy.signer.policy = createPolicy(choices)
    return busy
  }

  test('from a node that only receives', () => {
    const busy = withPolicy({ payments: { receiveOnly: true } })
    expect(offer(busy, 20_000n, 'a')).toEqual(['decline', 'policy-merchant-no-sends'])
  })

  test('without an intent, with one, with one that is void, and above it', () => {
    const required = () => withPolicy({ payments: { requireIntents: true } })
    expect(offer(required(), 20_000n, 'rent')).toEqual([
      'decline',
      'policy-commitment-payment-approved',
    ])
    const registered = required()
    registered.signer.register(intent())
    expect(offer(registered, 20_100n, 'rent')).toEqual(['sign'])
    const late = required()
    late.signer.register(intent({ expiresAtMs: 0 }))
    expect(offer(late, 20_000n, 'rent')).toEqual(['decline', 'policy-commitment-payment-approved'])
    const above = required()
    above.signer.register(intent())
    expect(offer(above, 20_101n, 'rent')).toEqual(['decline', 'policy-commitment-payment-invoiced'])
  })

  test('in parts over several channels, failing and tried again, never above the intent', () => {
    const busy = withPolicy({ payments: { requireIntents: true } })
    const { signer, channel } = busy
    signer.register(intent())
    channel.add('outgoing', 12_000n, 'rent')
    commit(busy)
    channel.remove('rent', 'failed')
    commit(busy)
    expect(signer.intents()).toMatchObject([{ inFlight: [], settledSats: 0n }])
    channel.add('outgoing', 12_000n, 'rent')
    commit(busy)
    const other = new SimulatedChannel(signer.keys, {
      type: 'anchors',
      funder: 'counterparty',
      pushMsat,
      channel: 8,
    })
    const second = { signer, channel: other }
    for (const number of [0, 1, 2]) answered(signer, other.point(number))
    answered(signer, other.commitment())
    other.next = 1
    other.add('outgoing', 8_000n, 'rent')
    commit(second)
    channel.remove('rent', 'paid')
    commit(busy)
    other.remove('rent', 'paid')
    commit(second)
    expect(signer.intents()).toMatchObject([{ inFlight: [], settledSats: 20_000n }])
    expect(offer(second, 1_000n, 'rent')).toEqual(['decline', 'policy-commitment-payment-invoiced'])
  })

  test('above an intent that an owner made smaller meanwhile are ended, not added to', () => {
    const busy = withPolicy({ payments: { requireIntents: true, maxFeeSats: sats(1000n) } })
    const { signer, channel } = busy
    const { maxFeeSats: _policys, ...rent } = intent()
    signer.register(rent)
    channel.add('outgoing', 20_500n, 'rent')
    commit(busy)
    signer.policy = createPolicy({ payments: { requireIntents: true, maxFeeSats: sats(100n) } })
    channel.remove('rent', 'paid')
    commit(busy)
    expect(signer.intents()).toMatchObject([{ inFlight: [], settledSats: 20_500n }])
  })

  test('in parts of one amount are told apart by their channels', () => {
    const { signer, channel } = play()
    const first = { channel: 8, amountSats: sats(9000n) }
    signer.register(intent({ inFlight: [first] }))
    channel.add('outgoing', 9000n, 'rent')
    commit({ signer, channel })
    channel.remove('rent', 'failed')
    commit({ signer, channel })
    expect(signer.intents()).toMatchObject([{ inFlight: [first] }])
  })

  test('that a feerate leaves without an output for a while are one payment', () => {
    const busy = opened({ type: 'static-remotekey', funder: 'counterparty', pushMsat })
    const { signer, channel } = busy
    signer.policy = createPolicy({ payments: { requireIntents: true } })
    signer.register(intent({ maxAmountSats: sats(4_000n) }))
    channel.add('outgoing', 4_000n, 'rent')
    commit(busy)
    for (const feerate of [8000, 1000, 8000, 1000]) {
      channel.agreement = { ...channel.agreement, feerate }
      commit(busy)
    }
    expect(signer.intents()).toMatchObject([
      { inFlight: [{ amountSats: 4_000n }], settledSats: 0n },
    ])
    channel.remove('rent', 'paid')
    commit(busy)
    expect(signer.intents()).toMatchObject([{ inFlight: [], settledSats: 4_000n }])
    expect(offer(busy, 4_000n, 'rent')).toEqual(['decline', 'policy-commitment-payment-invoiced'])
  })

  test('beyond what may leave within an hour or a day', () => {
    const busy = withPolicy({ payments: { hourlySats: sats(30_000n), dailySats: sats(50_000n) } })
    const { signer, channel } = busy
    channel.add('outgoing', 30_000n, 'a')
    commit(busy)
    channel.add('outgoing', 5_000n, 'b')
    const next = channel.commitment()
    expect(outcome(signer.decide(next))).toEqual(['decline', 'policy-velocity-transferred'])
    const later = (delivery: Delivery, hours: number): Delivery => ({
      ...delivery,
      event: eventId(`${delivery.event}-later-${hours}`),
      bodyHash: hash(`${delivery.event}-later-${hours}`),
      timestampMs: hours * 3_600_000,
      receivedAtMs: hours * 3_600_000,
    })
    expect(outcome(signer.decide(later(next, 2)))).toEqual(['sign'])
    answered(signer, channel.reveal(channel.next - 1))
    channel.next += 1
    channel.add('outgoing', 20_000n, 'c')
    expect(outcome(signer.decide(later(channel.commitment(), 4)))).toEqual([
      'decline',
      'policy-velocity-transferred',
    ])
    expect(outcome(signer.decide(later(channel.commitment(), 30)))).toEqual(['sign'])
  })
})

describe('preimages', () => {
  const nonce = preimageNonce(new Uint8Array(32).fill(4))
  const invoice = invoiceId('Invoice:1')
  const ask = (request: object, at = 0): Delivery => ({
    event: eventId(toHex(hash(`${JSON.stringify(request, bytes)}-${at}`))),
    bodyHash: hash(`${JSON.stringify(request, bytes)}-${at}`),
    timestampMs: at,
    receivedAtMs: at,
    entity: 'node:1',
    request: { network: 'REGTEST', invoice, ...request } as Delivery['request'],
  })
  const bytes = (_key: string, value: unknown) =>
    value instanceof Uint8Array ? toHex(value) : value
  const requested = () => ask({ kind: 'request-invoice-payment-hash' })
  const released = (at = 0) => ask({ kind: 'release-payment-preimage', nonce }, at)
  const issued = () => {
    const busy = play()
    busy.signer.decide(requested(), nonce)
    return busy
  }
  const pay = (busy: Stage) => {
    const { paymentHash: found } = busy.signer.invoice(invoice) ?? {}
    const { agreement } = busy.channel
    busy.channel.agreement = {
      ...agreement,
      toCounterpartyMsat: agreement.toCounterpartyMsat - 9_000_000n,
      htlcs: [
        {
          way: 'incoming',
          amountMsat: 9_000_000n,
          paymentHash: found ?? paymentHash(new Uint8Array(32)),
          cltvExpiry: 600,
        },
      ],
    }
    commit(busy)
  }

  test('only once an HTLC has the payment hash, and again afterwards', () => {
    const busy = issued()
    expect(outcome(busy.signer.decide(released()))).toEqual([
      'decline',
      'policy-lightspark-preimage-htlc',
    ])
    pay(busy)
    expect(outcome(busy.signer.decide(released(1)))).toEqual(['sign'])
    busy.channel.agreement = { ...busy.channel.agreement, htlcs: [] }
    expect(outcome(busy.signer.decide(released(2)))).toEqual(['sign'])
  })

  test('unseen, where the owner says that dust is paid so, as often as allowed', () => {
    const busy = issued()
    const choices = { allowTrimmedBelowSats: sats(500n), maxTrimmedDaily: 1 }
    busy.signer.policy = createPolicy({ payments: choices })
    expect(outcome(busy.signer.decide(released()))).toEqual(['sign'])
    const other = { invoice: invoiceId('Invoice:2') }
    const second = preimageNonce(new Uint8Array(32).fill(5))
    busy.signer.decide(ask({ kind: 'request-invoice-payment-hash', ...other }), second)
    const again = ask({ kind: 'release-payment-preimage', nonce: second, ...other })
    expect(outcome(busy.signer.decide(again))).toEqual([
      'decline',
      'policy-lightspark-preimage-htlc',
    ])
  })

  test('not after the life of the invoice', () => {
    const busy = issued()
    pay(busy)
    busy.signer.policy = createPolicy({ payments: { invoiceLifeMs: 1000 } })
    expect(outcome(busy.signer.decide(released(1001)))).toEqual([
      'decline',
      'policy-lightspark-invoice-ttl',
    ])
    expect(outcome(busy.signer.decide(released(1000)))).toEqual(['sign'])
    expect(outcome(busy.signer.decide(released(5000)))).toEqual(['sign'])
  })
})
