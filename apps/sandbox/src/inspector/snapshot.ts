import type { MutationRecord } from '../platform/mutation-log.ts'
import type { Platform } from '../platform/platform.ts'
import type { Delivery } from '../webhook/delivery.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'

/** What was sent and what was answered, newest last. */
export type Snapshot = {
  readonly webhookUrl: string
  readonly deliveries: readonly Delivery[]
  readonly mutations: readonly MutationRecord[]
  readonly entities: Readonly<Record<string, number>>
  readonly payloads: Readonly<Record<string, number>>
}

/** The most deliveries and mutations that one snapshot shows. */
const shown = 500

/** The state of the sandbox for people and scripts. */
export function takeSnapshot(platform: Platform, dispatcher: Dispatcher): Snapshot {
  const entities = platform.entities()
  return {
    webhookUrl: dispatcher.url,
    deliveries: dispatcher.deliveries().slice(-shown),
    mutations: platform.mutations.records().slice(-shown),
    entities: countBy(entities, ({ type }) => type),
    payloads: countBy(
      entities.filter((entity) => entity.type === 'SignablePayload'),
      ({ status }) => status,
    ),
  }
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return Object.fromEntries(counts)
}
