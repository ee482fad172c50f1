import { createRecent } from '../recent.ts'

const keptRecords = 1024

/** A mutation that reached the platform, with what became of it. */
export type MutationRecord = {
  readonly sequence: number
  readonly at: string
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  /** `undefined` where it was accepted, else the platform's error name. */
  readonly error: string | undefined
}

/** Mutations in the order of arrival, and a way to wait for the next one that fits. */
export type MutationLog = {
  /** How many there were: the number of the next one. */
  readonly count: () => number
  /** The last ones, at least 1,024, from number `from` on. */
  readonly records: (from?: number) => readonly MutationRecord[]
  readonly append: (record: Omit<MutationRecord, 'sequence'>) => MutationRecord
  /** Calls `listener` with each record from now on, until the returned function is called. */
  readonly subscribe: (listener: (record: MutationRecord) => void) => () => void
  /** The first record from number `from` on that fits; undefined when `signal` aborts before. */
  readonly find: (
    from: number,
    fits: (record: MutationRecord) => boolean,
    signal: AbortSignal,
  ) => Promise<MutationRecord | undefined>
}

/** An empty log. */
export function createMutationLog(): MutationLog {
  const log = createRecent<MutationRecord>(keptRecords)
  const listeners = new Set<(record: MutationRecord) => void>()
  return {
    count: log.count,
    records: (from = 0) => log.since(from),
    append: (fields) => {
      const record = { sequence: log.count(), ...fields }
      log.add(record)
      for (const listener of listeners) listener(record)
      return record
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    find: (from, fits, signal) => {
      const already = log.since(from).find(fits)
      if (already !== undefined || signal.aborted) return Promise.resolve(already)
      return new Promise((resolve) => {
        const settle = (record: MutationRecord | undefined) => {
          listeners.delete(listener)
          signal.removeEventListener('abort', onAbort)
          resolve(record)
        }
        const listener = (record: MutationRecord) => {
          if (fits(record)) settle(record)
        }
        const onAbort = () => settle(undefined)
        listeners.add(listener)
        signal.addEventListener('abort', onAbort)
      })
    },
  }
}
