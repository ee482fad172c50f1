import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { channelId, nodeId } from '@boltwarden/core/ids'
import { commitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import {
  decodeChannelState,
  encodeChannelState,
  unsignedChannel,
} from '@boltwarden/policy/state/channel-state'
import { decodeIntent, encodeIntent } from '@boltwarden/policy/state/intent'
import { decodeInvoiceState, encodeInvoiceState } from '@boltwarden/policy/state/invoice-state'
import { decodeNodeState, encodeNodeState } from '@boltwarden/policy/state/node-state'
import { learnSecret } from '@boltwarden/policy/state/revealed'
import { decodeSpentOutput, encodeSpentOutput } from '@boltwarden/policy/state/spent-output'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  channelState,
  intent,
  invoiceState,
  nodeState,
  secretsAfter,
  spentOutput,
} from './states.ts'

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

  test.each([
    [0, false],
    [1, true],
    [64, true],
    [65, false],
  ])('an intent whose id has %i characters: %j', (length, reads) => {
    const [sample] = fc.sample(intent, 1)
    if (sample === undefined) throw new RangeError('no intent')
    const text = encodeIntent({ ...sample, id: 'x'.repeat(length) })
    expect(decodeIntent(text).ok).toBe(reads)
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
