import { Counter, type Registry } from 'prom-client'

/** What says that the store may be older than what was promised. */
export const rollbackSources = ['seal', 'event'] as const

/**
 * `seal`: how far the store had come by the file beside it. `event`: the platform asks for what only
 * comes after something that is not remembered.
 */
export type RollbackSource = (typeof rollbackSources)[number]

/** Counts suspicions; every source is there from the start, so that an alert can be tried. */
export function rollbackCounter(
  registry: Registry,
  prefix: string,
): (source: RollbackSource) => void {
  const counter = new Counter({
    name: `${prefix}rollback_suspicions_total`,
    help: 'Signs that the store is older than what was promised',
    labelNames: ['source'],
    registers: [registry],
  })
  for (const source of rollbackSources) counter.inc({ source }, 0)
  return (source) => counter.inc({ source })
}
