import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { obscuringFactor } from '@boltwarden/core/bolt3/commitment-number'
import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import {
  commitmentSecret,
  paymentHash,
  preimageNonce,
  publicKey,
  txid,
} from '@boltwarden/core/bytes'
import { channelId, invoiceId, nodeId } from '@boltwarden/core/ids'
import {
  commitmentIndex,
  commitmentNumber,
  maxCommitmentIndex,
  maxSats,
  sats as satsOf,
} from '@boltwarden/core/units'
import { onchainPurposes } from '@boltwarden/policy/onchain/purpose'
import {
  type ChannelState,
  decodeChannelState,
  encodeChannelState,
  unsignedChannel,
} from '@boltwarden/policy/state/channel-state'
import type { CounterpartyCommitment, HtlcRecord } from '@boltwarden/policy/state/commitment-record'
import { type Funding, openers } from '@boltwarden/policy/state/funding'
import { decodeIntent, encodeIntent, type Intent } from '@boltwarden/policy/state/intent'
import {
  decodeInvoiceState,
  encodeInvoiceState,
  type InvoiceState,
} from '@boltwarden/policy/state/invoice-state'
import {
  decodeNodeState,
  encodeNodeState,
  type NodeState,
} from '@boltwarden/policy/state/node-state'
import { learnSecret } from '@boltwarden/policy/state/revealed'
import {
  decodeSpentOutput,
  encodeSpentOutput,
  type SpentOutput,
} from '@boltwarden/policy/state/spent-output'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const index = fc.integer({ min: 0, max: maxCommitmentIndex }).map(commitmentIndex)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const id = fc.stringMatching(/^[\x21-\x7e]{1,40}$/)

function secretsAfter(reveals: number) {
  let store = emptyCounterpartySecrets
  for (let below = 0; below < reveals; below++) {
    const at = commitmentIndex(maxCommitmentIndex - below)
    const learnt = learnSecret(store, at, perCommitmentSecret(new Uint8Array(32), at))
    if (learnt.ok) store = learnt.value
  }
  return store
}

const sats = fc.bigInt({ min: 0n, max: maxSats }).map(satsOf)
const number = fc.integer({ min: 0, max: maxCommitmentIndex }).map(commitmentNumber)
const key = fc
  .uint8Array({ minLength: 33, maxLength: 33 })
  .map((bytes) => publicKey(Uint8Array.of(2, ...bytes.subarray(1))))
const funding: fc.Arbitrary<Funding> = fc.record(
  {
    txid: bytes32.map(txid),
    vout: fc.nat(),
    amountSats: sats,
    holderKey: key,
    counterpartyKey: key,
    revocationBasepoint: key,
    htlcBasepoint: key,
    obscuringFactor: fc.integer({ min: 0, max: maxCommitmentIndex }).map(obscuringFactor),
    commitmentType: fc.constantFrom('static-remotekey' as const, 'anchors' as const),
    initialToHolderSats: sats,
    initialToCounterpartySats: sats,
    opener: fc.constantFrom(...openers),
  },
  {
    requiredKeys: [
      'txid',
      'vout',
      'amountSats',
      'holderKey',
      'counterpartyKey',
      'revocationBasepoint',
      'htlcBasepoint',
      'obscuringFactor',
      'commitmentType',
      'initialToHolderSats',
      'initialToCounterpartySats',
    ],
  },
)
const htlc: fc.Arbitrary<HtlcRecord> = fc.record({
  way: fc.constantFrom('incoming' as const, 'outgoing' as const),
  paymentHash160: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160),
  amountSats: sats,
  cltvExpiry: fc.nat(499_999_999),
})
const commitment: fc.Arbitrary<CounterpartyCommitment> = fc.record(
  {
    number,
    txid: bytes32.map(txid),
    toHolderSats: sats,
    feeSats: sats,
    htlcs: fc.array(htlc, { maxLength: 3 }),
    htlcKeys: fc.record({
      holder: key,
      revocationHash: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160),
    }),
    dues: fc.record({ toHolderSats: sats, withFeeSats: sats }),
  },
  { requiredKeys: ['number', 'txid', 'toHolderSats', 'feeSats', 'htlcs'] },
)
const outPoint = fc.record({ txid: bytes32.map(txid), vout: fc.nat(0xffff_ffff) })
const spentOutput: fc.Arbitrary<SpentOutput> = fc
  .record(
    {
      at: outPoint,
      own: fc.record({ purpose: fc.constantFrom(...onchainPurposes), amountSats: sats }),
      leftSats: sats,
      feeSats: sats,
    },
    { requiredKeys: ['at', 'leftSats', 'feeSats'] },
  )
  .map(({ at, ...rest }) => ({ ...at, ...rest }))
const velocity = fc.array(fc.record({ slot: fc.nat(), sats }), { maxLength: 4 })
const nodeState: fc.Arbitrary<NodeState> = fc.record({
  lightningOut: velocity,
  onchainOut: velocity,
  onchainFees: velocity,
  trimmedPreimages: velocity,
  unlinkedFundings: fc.array(
    fc.record({
      txid: bytes32.map(txid),
      vout: fc.nat(),
      scriptPubKey: fc.uint8Array({ maxLength: 40 }),
      amountSats: sats,
      spends: outPoint,
      atMs: fc.maxSafeNat(),
    }),
    { maxLength: 3 },
  ),
  paidFundings: fc.array(outPoint, { maxLength: 3 }),
  settling: fc.array(
    fc.record({
      paymentHash160: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160),
      amountSats: sats,
      cltvExpiry: fc.nat(499_999_999),
    }),
    { maxLength: 3 },
  ),
})
const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('payment' as const),
      id,
      paymentHash: bytes32.map(paymentHash),
      maxAmountSats: sats,
      maxFeeSats: sats,
      expiresAtMs: fc.maxSafeNat(),
      inFlight: fc.array(fc.record({ channel: fc.nat(2 ** 31 - 1), amountSats: sats })),
      settledSats: sats,
    },
    {
      requiredKeys: [
        'kind',
        'id',
        'paymentHash',
        'maxAmountSats',
        'expiresAtMs',
        'inFlight',
        'settledSats',
      ],
    },
  ),
  fc.record(
    {
      kind: fc.constant('withdrawal' as const),
      id,
      scriptPubKey: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      amountSats: sats,
      expiresAtMs: fc.maxSafeNat(),
      usedBy: bytes32.map(txid),
      usedInput: outPoint,
    },
    { requiredKeys: ['kind', 'id', 'scriptPubKey', 'amountSats', 'expiresAtMs'] },
  ),
)

const channelState: fc.Arbitrary<ChannelState> = fc.record(
  {
    channel: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    id: id.map(channelId),
    node: id.map(nodeId),
    origin: fc.constantFrom('opening' as const, 'adopted' as const),
    lowestPoint: index,
    lastReleased: index,
    counterpartySecrets: fc.integer({ min: 0, max: 40 }).map(secretsAfter),
    adoptedSecrets: fc.array(fc.record({ index, secret: bytes32.map(commitmentSecret) }), {
      maxLength: 3,
    }),
    highestExpiry: fc.nat(),
    funding,
    commitments: fc.array(commitment, { maxLength: 2 }),
    broadcast: fc.array(
      fc.record(
        {
          index,
          txid: bytes32.map(txid),
          scripts: fc.array(
            fc.record({ scriptPubKey: bytes32, amountSats: sats, isBalance: fc.boolean() }),
            { maxLength: 2 },
          ),
          toLocal: fc.constantFrom('due', 'perhaps'),
          maxFeeratePerKw: fc.nat(),
        },
        { requiredKeys: ['index', 'txid'] },
      ),
      { maxLength: 2 },
    ),
    closings: fc.array(fc.record({ txid: bytes32.map(txid), toHolderSats: sats }), {
      maxLength: 2,
    }),
  },
  {
    requiredKeys: [
      'channel',
      'id',
      'node',
      'origin',
      'lowestPoint',
      'counterpartySecrets',
      'commitments',
      'broadcast',
      'closings',
    ],
  },
)

const invoiceState: fc.Arbitrary<InvoiceState> = fc.record(
  {
    invoice: id.map(invoiceId),
    nonce: bytes32.map(preimageNonce),
    paymentHash: bytes32.map(paymentHash),
    issuedAtMs: fc.maxSafeNat(),
    releasedAtMs: fc.maxSafeNat(),
  },
  { requiredKeys: ['invoice', 'nonce', 'paymentHash', 'issuedAtMs'] },
)

describe('state as text', () => {
  test('reads as it was written', () => {
    fc.assert(
      fc.property(channelState, (state) => {
        expect(decodeChannelState(encodeChannelState(state))).toEqual({ ok: true, value: state })
      }),
    )
    fc.assert(
      fc.property(invoiceState, (state) => {
        expect(decodeInvoiceState(encodeInvoiceState(state))).toEqual({ ok: true, value: state })
      }),
    )
    fc.assert(
      fc.property(nodeState, (state) => {
        expect(decodeNodeState(encodeNodeState(state))).toEqual({ ok: true, value: state })
      }),
    )
    fc.assert(
      fc.property(intent, (state) => {
        expect(decodeIntent(encodeIntent(state))).toEqual({ ok: true, value: state })
      }),
    )
    fc.assert(
      fc.property(spentOutput, (state) => {
        expect(decodeSpentOutput(encodeSpentOutput(state))).toEqual({ ok: true, value: state })
      }),
    )
  })

  test('of a channel reads as version 1 wrote it', () => {
    const text = JSON.stringify({
      v: 1,
      channel: 7,
      id: 'Channel:7',
      node: 'node:1',
      origin: 'opening',
      lowestPoint: 5,
      revealed: '1',
    })
    expect(decodeChannelState(text)).toMatchObject({
      ok: true,
      value: { channel: 7, lowestPoint: 5, commitments: [], broadcast: [], closings: [] },
    })
  })

  test('any text is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeChannelState(text).ok).toBe(false)
        expect(decodeInvoiceState(text).ok).toBe(false)
        expect(decodeNodeState(text).ok).toBe(false)
        expect(decodeIntent(text).ok).toBe(false)
        expect(decodeSpentOutput(text).ok).toBe(false)
      }),
    )
  })

  test('a field that is missing, doubled in meaning or of another type is refused', () => {
    fc.assert(
      fc.property(
        channelState,
        fc.nat(),
        fc.constantFrom(undefined, null, -1, 1.5, 'x', [], {}, true),
        (state, at, value) => {
          const fields = Object.entries(JSON.parse(encodeChannelState(state)))
          const lists = ['commitments', 'broadcast', 'closings']
          const optional = ['lastReleased', 'funding', 'adoptedSecrets', 'highestExpiry']
          const required = fields.filter(([name]) => !optional.includes(name))
          const [name = ''] = required[at % required.length] ?? []
          // Any text is an id.
          fc.pre(!(['id', 'node'].includes(name) && value === 'x'))
          fc.pre(!(lists.includes(name) && Array.isArray(value)))
          const text = JSON.stringify({ ...Object.fromEntries(fields), [name]: value })
          expect(decodeChannelState(text).ok).toBe(false)
        },
      ),
    )
  })

  test.each([
    ['another version', { v: 4 }],
    ['a field of a later version', { v: 1 }],
    ['an unknown field', { surprise: 1 }],
    ['an unknown origin', { origin: 'found' }],
    ['a channel that is no child number', { channel: 2 ** 31 }],
    ['secrets that are none', { revealed: '1.5.00' }],
  ])('%s is refused', (_name, change) => {
    const state = {
      channel: 7,
      id: channelId('Channel:7'),
      node: nodeId('node:1'),
      origin: 'opening',
      lowestPoint: commitmentIndex(1),
      counterpartySecrets: secretsAfter(3),
      ...unsignedChannel,
    } as const
    const text = JSON.stringify({ ...JSON.parse(encodeChannelState(state)), ...change })
    expect(decodeChannelState(text)).toMatchObject({ ok: false })
  })

  test.each([
    ['upper-case hex', { nonce: 'AB'.repeat(32) }],
    ['31 bytes', { nonce: 'ab'.repeat(31) }],
    ['a list', { nonce: [] }],
  ])('%s is refused', (_name, change) => {
    const text = JSON.stringify({
      v: 1,
      invoice: 'Invoice:1',
      nonce: 'ab'.repeat(32),
      paymentHash: 'cd'.repeat(32),
      issuedAtMs: 1,
    })
    expect(decodeInvoiceState(text).ok).toBe(true)
    const changed = JSON.stringify({ ...JSON.parse(text), ...change })
    expect(decodeInvoiceState(changed).ok).toBe(false)
  })
})

describe('revealed secrets', () => {
  const secret = (below: number) => {
    const at = commitmentIndex(maxCommitmentIndex - below)
    return [at, perCommitmentSecret(new Uint8Array(32).fill(9), at)] as const
  }

  test('in whatever order they come, only true ones are learnt, and all once they follow', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 32 }, (_, i) => i)), (order) => {
        let store = emptyCounterpartySecrets
        for (const below of order) {
          const learnt = learnSecret(store, ...secret(below))
          expect(learnt.ok || learnt.error.reason).not.toBe('contradicts')
          if (learnt.ok) store = learnt.value
        }
        for (let below = 0; below < 32; below++) {
          const learnt = learnSecret(store, ...secret(below))
          if (learnt.ok) store = learnt.value
        }
        expect(store.lowest).toBe(maxCommitmentIndex - 31)
      }),
    )
  })
})
