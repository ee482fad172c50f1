import { lastAttempt } from '../../webhook/delivery.ts'
import type { Stage } from './stage.ts'

/** Every text that came out of the signer: in mutations and in answers of the webhook. */
export type Haul = {
  /** 64 bytes, hex. */
  readonly signatures: readonly string[]
  /** 32 bytes, hex: secrets, preimages, hashes. */
  readonly words: readonly string[]
  /** Payment hashes by invoice. */
  readonly paymentHashes: ReadonlyMap<string, ReadonlySet<string>>
  /** Names of the mutations that came, in their order. */
  readonly operations: readonly string[]
}

/** Where the log of mutations and that of deliveries stood. */
export type Mark = { readonly mutations: number; readonly deliveries: number }

/** Marks the present. */
export function markNow({ context: { platform, dispatcher } }: Stage): Mark {
  return {
    mutations: platform.mutations.count(),
    deliveries: dispatcher.count(),
  }
}

/** All that came out since a mark. */
export function haulSince({ context: { platform, dispatcher } }: Stage, mark: Mark): Haul {
  const records = platform.mutations.records(mark.mutations)
  const replies = dispatcher
    .deliveries(mark.deliveries)
    .map((delivery) => lastAttempt(delivery)?.reply ?? '')
  const texts = [...records.flatMap(({ input }) => [...textsOf(input)]), ...replies]
  const words = texts.flatMap((text) => text.match(/\b[0-9a-f]{64}(?:[0-9a-f]{64})?\b/g) ?? [])
  return {
    signatures: words.filter(({ length }) => length === 128),
    words: words.filter(({ length }) => length === 64),
    paymentHashes: hashesByInvoice(records.map(({ input }) => input)),
    operations: records.map(({ operation }) => operation),
  }
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value !== 'object' || value === null) return
  for (const item of Object.values(value)) yield* textsOf(item)
}

function hashesByInvoice(inputs: readonly Readonly<Record<string, unknown>>[]) {
  const found = new Map<string, Set<string>>()
  for (const { invoice_id: invoice, payment_hash: hash } of inputs) {
    if (typeof invoice !== 'string' || typeof hash !== 'string') continue
    found.set(invoice, (found.get(invoice) ?? new Set()).add(hash))
  }
  return found
}
