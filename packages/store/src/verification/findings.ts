import { isStoreFault } from '../fault.ts'

/** What a verification of a store looks at, in this order. */
export const storeChecks = [
  'database',
  'channels',
  'invoices',
  'intents',
  'spends',
  'node',
  'ledger',
  'outbox',
  'audit',
] as const

/** One of {@link storeChecks}. */
export type StoreCheck = (typeof storeChecks)[number]

/** One thing that is wrong with a store; public facts only. */
export type StoreFinding = {
  readonly check: StoreCheck
  /** Which row: a channel's path, an event's id, a sequence. */
  readonly at: string
  readonly message: string
}

/** The most findings that are kept. */
const maxFindings = 100

/** What was found so far. */
export class Findings {
  readonly #list: StoreFinding[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The first 100. */
  get list(): readonly StoreFinding[] {
    return this.#list
  }

  add(check: StoreCheck, at: string, message: string): void {
    this.#count++
    if (this.#list.length < maxFindings) this.#list.push({ check, at, message })
  }

  /** What `read` gives; undefined where the row does not read, which is a finding. */
  read<T>(check: StoreCheck, at: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!isStoreFault(error) || error.detail.code !== 'STORE_CORRUPT') throw error
      this.add(check, at, `does not read: ${error.detail.reason}`)
      return undefined
    }
  }
}
