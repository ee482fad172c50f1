import { hexToBytes } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import {
  type AuditDecision,
  type AuditHead,
  type AuditRow,
  type Backend,
  isStoreFault,
  verifyAudit,
} from '@boltwarden/store'
import type { Recorded, Scenario } from '../shared/corpus.ts'
import type { TortureDatabase } from './databases.ts'

const secp256k1 = await loadSecp256k1('auto')
const pageRows = 1000
const maxTries = 20

/** Looks at what a signer left behind, and remembers what it saw. */
export class StoreWitness {
  readonly #database: TortureDatabase
  readonly #seedHex: string
  readonly #heads: AuditHead[] = []
  #generation = 0
  #lineage: string | undefined

  constructor(database: TortureDatabase, { seedHex }: Pick<Scenario, 'seedHex'>) {
    this.#database = database
    this.#seedHex = seedHex
  }

  /** Opens the store and closes it again: it must not have gone back. */
  async look(): Promise<readonly string[]> {
    return this.#looking((store) => this.#compare(store))
  }

  /** A server that was just started, on a busy machine, may not answer at once. */
  async #looking<T>(look: (store: Backend) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        await using store = await this.#database.open()
        return await look(store)
      } catch (error) {
        if (tries === maxTries || !isStoreFault(error) || !error.retryable) throw error
      }
    }
  }

  async #compare(store: Backend): Promise<readonly string[]> {
    const { generation, lineage, head } = await store.generation()
    const wrong: string[] = []
    if (generation < this.#generation) wrong.push(`generation ${this.#generation} → ${generation}`)
    if (this.#lineage !== undefined && lineage !== this.#lineage) wrong.push('another lineage')
    this.#generation = generation
    this.#lineage = lineage
    this.#heads.push(head)
    return wrong
  }

  /** What is wrong with the whole, given the events that were taken with 2xx. */
  async verify(
    taken: readonly Pick<Recorded, 'eventId' | 'expected'>[],
  ): Promise<readonly string[]> {
    return this.#looking((store) => this.#verify(store, taken))
  }

  async #verify(
    store: Backend,
    taken: readonly Pick<Recorded, 'eventId' | 'expected'>[],
  ): Promise<readonly string[]> {
    const wrong = [...(await this.#compare(store))]
    const rows = await allRows(store)
    const keys = Keychain.fromSeed(hexToBytes(this.#seedHex), { secp256k1 })
    const publicKey = keys.publicKey({ purpose: 'audit' })
    const { findings } = await verifyAudit(rows, { publicKey, secp256k1, kept: this.#heads })
    keys.dispose()
    wrong.push(...findings.map(({ sequence, flaw }) => `audit row ${sequence}: ${flaw}`))
    wrong.push(...rows.flatMap(({ sequence }, at) => (sequence === at + 1 ? [] : [`gap at ${at}`])))
    const decisions = countDecisions(rows)
    for (const [event, count] of decisions) {
      if (count !== 1) wrong.push(`${count} rows of a decision about ${event}`)
    }
    for (const { eventId: event, expected } of taken) {
      if (decisions.get(event) !== 1) wrong.push(`no decision row: ${event}`)
      const entry = await store.event(eventId(event))
      if (entry?.verdict !== 'sign') wrong.push(`not in the ledger: ${event}`)
      const isNoted = entry?.answeredAtMs !== undefined
      if (expected !== null && !isNoted) wrong.push(`answer not noted: ${event}`)
      if ((await store.outbox.row(eventId(event))) !== undefined) wrong.push(`still owed: ${event}`)
    }
    return wrong
  }
}

/** What was held, or refused without a mutation, is judged anew: that may stand in several rows. */
function countDecisions(rows: readonly AuditRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { fact } of rows) {
    if (fact.type !== 'decision' || !isFinal(fact)) continue
    counts.set(fact.event, (counts.get(fact.event) ?? 0) + 1)
  }
  return counts
}

function isFinal({ verdict, request }: AuditDecision): boolean {
  return verdict === 'sign' || (verdict === 'decline' && request === 'derive-key-and-sign')
}

async function allRows({ audit }: Backend): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = []
  for (;;) {
    const after = rows.at(-1)?.sequence
    const page = await audit.rows({ limit: pageRows, ...(after !== undefined && { after }) })
    rows.push(...page)
    if (page.length < pageRows) return rows
  }
}
