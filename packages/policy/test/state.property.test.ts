import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { paymentHash, preimageNonce } from '@boltwarden/core/bytes'
import { channelId, invoiceId, nodeId } from '@boltwarden/core/ids'
import { commitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import {
  type ChannelState,
  decodeChannelState,
  encodeChannelState,
} from '@boltwarden/policy/state/channel-state'
import {
  decodeInvoiceState,
  encodeInvoiceState,
  type InvoiceState,
} from '@boltwarden/policy/state/invoice-state'
import { learnSecret } from '@boltwarden/policy/state/revealed'
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

const channelState: fc.Arbitrary<ChannelState> = fc.record(
  {
    channel: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    id: id.map(channelId),
    node: id.map(nodeId),
    origin: fc.constantFrom('opening' as const, 'adopted' as const),
    lowestPoint: index,
    lastReleased: index,
    counterpartySecrets: fc.integer({ min: 0, max: 40 }).map(secretsAfter),
  },
  {
    requiredKeys: ['channel', 'id', 'node', 'origin', 'lowestPoint', 'counterpartySecrets'],
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
  })

  test('any text is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(decodeChannelState(text).ok).toBe(false)
        expect(decodeInvoiceState(text).ok).toBe(false)
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
          const required = fields.filter(([name]) => !['lastReleased'].includes(name))
          const [name = ''] = required[at % required.length] ?? []
          // Any text is an id.
          fc.pre(!(['id', 'node'].includes(name) && value === 'x'))
          const text = JSON.stringify({ ...Object.fromEntries(fields), [name]: value })
          expect(decodeChannelState(text).ok).toBe(false)
        },
      ),
    )
  })

  test.each([
    ['another version', { v: 2 }],
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
