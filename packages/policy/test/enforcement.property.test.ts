import { createHash } from 'node:crypto'
import { equalBytes, type PreimageNonce, preimageNonce } from '@boltwarden/core/bytes'
import type { Grant } from '@boltwarden/core/grant'
import { channelId, eventId, invoiceId, nodeId } from '@boltwarden/core/ids'
import type { Request } from '@boltwarden/core/request'
import { commitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Signer } from './signer.ts'

const { FC_NUM_RUNS = '200' } = process.env
const runs = { numRuns: Number(FC_NUM_RUNS) }
const network = 'REGTEST' as const

const nonce = (fill: number) => preimageNonce(new Uint8Array(32).fill(fill))
const small = (max: number) => fc.integer({ min: 0, max })

/** A question about one of two channels, under either id, at one of the first six indexes. */
const channelRequest: fc.Arbitrary<Request> = fc
  .record({
    kind: fc.constantFrom(
      'get-per-commitment-point' as const,
      'release-per-commitment-secret' as const,
    ),
    path: fc.constantFrom('m/3/7', 'm/3/7', 'm/3/7', 'm/3/8'),
    id: fc.constantFrom('Channel:7', 'Channel:7', 'Channel:7', 'Channel:8'),
    below: small(5),
  })
  .map(({ kind, path, id, below }) => ({
    kind,
    network,
    channel: channelId(id),
    node: nodeId('node:1'),
    path,
    index: commitmentIndex(maxCommitmentIndex - below),
  }))

function about7(
  kind: 'get-per-commitment-point' | 'release-per-commitment-secret',
  below: number,
): Request {
  return {
    kind,
    network,
    channel: channelId('Channel:7'),
    node: nodeId('node:1'),
    path: 'm/3/7',
    index: commitmentIndex(maxCommitmentIndex - below),
  }
}

/** The walk of an honest node, so that hostile questions meet advanced channels. */
const honestWalk: fc.Arbitrary<readonly Request[]> = small(5).map((length) => [
  about7('get-per-commitment-point', 0),
  ...Array.from({ length }, (_, below) => [
    about7('get-per-commitment-point', below + 1),
    about7('release-per-commitment-secret', below),
  ]).flat(),
])

const invoiceRequest: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    kind: fc.constant('request-invoice-payment-hash' as const),
    network: fc.constant(network),
    invoice: small(1).map((n) => invoiceId(`Invoice:${n}`)),
  }),
  fc.record({
    kind: fc.constant('release-payment-preimage' as const),
    network: fc.constant(network),
    invoice: small(1).map((n) => invoiceId(`Invoice:${n}`)),
    nonce: small(20).map(nonce),
  }),
)

type Asked = { readonly request: Request; readonly event: number }

/** Event ids are few, so that some are repeated with the same body and some with another. */
const asked: fc.Arbitrary<readonly Asked[]> = fc
  .tuple(honestWalk, fc.array(fc.oneof(channelRequest, invoiceRequest), { maxLength: 40 }))
  .chain(([walk, rest]) =>
    fc.tuple(
      ...[...walk, ...rest].map((request, at) =>
        fc.oneof(fc.constant(at), small(12)).map((event) => ({ request, event })),
      ),
    ),
  )

function deliveryOf({ request, event }: Asked): Delivery {
  const body = JSON.stringify(request, (_, value) =>
    value instanceof Uint8Array ? [...value] : value,
  )
  return {
    event: eventId(`event-${event}`),
    bodyHash: createHash('sha256').update(body).digest(),
    timestampMs: 0,
    receivedAtMs: 0,
    entity: 'node:1',
    request,
  }
}

/** Asks everything in order; every candidate is another nonce. */
/** What is granted where the platform accepts every answer at once. */
function grantsOf(all: readonly Asked[]): readonly { asked: Asked; grant: Grant | undefined }[] {
  const signer = new Signer(new Uint8Array(32).fill(1), network)
  return all.map((asked, at) => {
    const delivery = deliveryOf(asked)
    const { grant } = signer.decide(delivery, nonce(at))
    if (grant !== undefined) signer.accepted(delivery)
    return { asked, grant }
  })
}

describe('any interleaving of honest and hostile requests', () => {
  test('releases secrets in order only, each after the next point', () => {
    fc.assert(
      fc.property(asked, (all) => {
        const last = new Map<number, number>()
        const lowestPoint = new Map<number, number>()
        for (const { grant } of grantsOf(all)) {
          if (grant?.kind === 'commitment-point') {
            const lowest = lowestPoint.get(grant.channel) ?? Number.POSITIVE_INFINITY
            lowestPoint.set(grant.channel, Math.min(lowest, grant.index))
          }
          if (grant?.kind !== 'commitment-secret') continue
          const before = last.get(grant.channel) ?? maxCommitmentIndex + 1
          // A repeated event gets an old secret again; nothing new may skip an index.
          expect(grant.index).toBeGreaterThanOrEqual(before - 1)
          expect(lowestPoint.get(grant.channel)).toBeLessThan(grant.index)
          last.set(grant.channel, Math.min(before, grant.index))
        }
      }),
      runs,
    )
  })

  test('releases secrets of a path under one channel id only', () => {
    fc.assert(
      fc.property(asked, (all) => {
        const ids = new Map<number, string>()
        for (const { grant } of grantsOf(all)) {
          if (grant?.kind !== 'commitment-secret') continue
          expect(ids.get(grant.channel) ?? grant.channelId).toBe(grant.channelId)
          ids.set(grant.channel, grant.channelId)
        }
        expect(new Set(ids.values()).size).toBe(ids.size)
      }),
      runs,
    )
  })

  test('gives one nonce for an invoice, and its preimage for that nonce only', () => {
    fc.assert(
      fc.property(asked, (all) => {
        const issued = new Map<string, PreimageNonce>()
        for (const { grant } of grantsOf(all)) {
          if (grant?.kind !== 'payment-hash' && grant?.kind !== 'payment-preimage') continue
          const known = issued.get(grant.invoice)
          if (grant.kind === 'payment-preimage') expect(known).toBeDefined()
          expect(equalBytes(known ?? grant.nonce, grant.nonce)).toBe(true)
          issued.set(grant.invoice, grant.nonce)
        }
      }),
      runs,
    )
  })

  test('repeats what was signed, and refuses another body under its event id', () => {
    fc.assert(
      fc.property(asked, (all) => {
        const signed = new Map<number, { body: string; grant: Grant }>()
        for (const { asked: one, grant } of grantsOf(all)) {
          const body = String(deliveryOf(one).bodyHash)
          const before = signed.get(one.event)
          if (before !== undefined)
            expect(grant).toEqual(before.body === body ? before.grant : undefined)
          else if (grant !== undefined) signed.set(one.event, { body, grant })
        }
      }),
      runs,
    )
  })

  test('changes nothing by asking all of it again', () => {
    fc.assert(
      fc.property(asked, (all) => {
        const signer = new Signer(new Uint8Array(32).fill(1), network)
        const first = all.map((one, at) => signer.decide(deliveryOf(one), nonce(at)))
        const signedOnce = all.filter((_, at) => first[at]?.grant !== undefined)
        for (const one of signedOnce) signer.accepted(deliveryOf(one))
        for (const [at, one] of signedOnce.entries()) {
          const again = signer.decide(deliveryOf(one), nonce(100 + at))
          expect(again).toMatchObject({ repeated: true, writes: { channels: [] } })
        }
      }),
      runs,
    )
  })
})
