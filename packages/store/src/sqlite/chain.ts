import { setTimeout as wait } from 'node:timers/promises'
import { toHex } from '@boltwarden/core/hex'
import { encodeAuditFact } from '../audit/fact-text.ts'
import { type AuditFact, type AuditHead, type AuditRow, nextRow } from '../audit/row.ts'
import { forgottenBeforeOf, generationOf } from '../audit-rows.ts'
import type { Generation } from '../backend.ts'
import { isStoreFault, StoreFault } from '../fault.ts'
import type { Connection } from './connection.ts'

const sql = {
  chain: 'SELECT lineage, generation, sequence, hash FROM chain',
  forgottenBefore: 'SELECT forgotten_before FROM chain',
  append: 'INSERT INTO audit (sequence, previous, hash, fact) VALUES (?, ?, ?, ?)',
  advance: 'UPDATE chain SET generation = generation + 1, sequence = ?, hash = ?',
  renew: `UPDATE chain SET lineage = lower(hex(randomblob(16))),
    generation = max(generation, ?)`,
} as const

/** How long to wait before a lock is tried again, in milliseconds. */
const nextTryMs = 10

/** The end of the audit log within one transaction. */
export class Chain {
  readonly #connection: Connection
  #head: AuditHead | undefined
  #forgottenBeforeMs: number | undefined

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * Runs `body` in one exclusive transaction, which raises the generation if it wrote anything.
   *
   * @throws {StoreFault} as {@link Connection.exclusively}.
   */
  static commit<T>(connection: Connection, body: (chain: Chain) => T): T {
    return connection.exclusively(() => {
      const chain = new Chain(connection)
      const value = body(chain)
      if (connection.wroteRows) chain.#advance()
      return value
    })
  }

  /**
   * As {@link Chain.commit}, but other work of this process goes on while another process has the
   * lock.
   *
   * @throws {StoreFault} as {@link Chain.commit}.
   */
  static async inTurn<T>(connection: Connection, body: (chain: Chain) => T): Promise<T> {
    const started = performance.now()
    for (;;) {
      try {
        return Chain.commit(connection, body)
      } catch (error) {
        if (!isLocked(error) || performance.now() - started >= connection.lockWaitMs) throw error
        await wait(nextTryMs)
      }
    }
  }

  /** How far the store has come; in no transaction. */
  static read(connection: Connection): Generation {
    const row = connection.get(sql.chain)
    if (row !== undefined) return generationOf(row)
    throw new StoreFault({ code: 'STORE_CORRUPT', where: 'chain', reason: 'the row is missing' })
  }

  /** Events dated before this may have been forgotten, in milliseconds since 1970. */
  get forgottenBeforeMs(): number {
    this.#forgottenBeforeMs ??= forgottenBeforeOf(this.#connection.get(sql.forgottenBefore) ?? {})
    return this.#forgottenBeforeMs
  }

  /** Adds a row to the log. */
  append(fact: AuditFact): AuditRow {
    const row = nextRow(this.#tip(), fact)
    const { sequence, previous, hash } = row
    const values = [sequence, toHex(previous), toHex(hash), encodeAuditFact(fact)]
    this.#connection.run(sql.append, ...values)
    this.#head = { sequence, hash }
    return row
  }

  /** A new lineage, and a generation of at least `generation`. */
  renew(generation: number): void {
    this.#connection.run(sql.renew, generation)
  }

  #tip(): AuditHead {
    this.#head ??= Chain.read(this.#connection).head
    return this.#head
  }

  #advance(): void {
    const { sequence, hash } = this.#tip()
    this.#connection.run(sql.advance, sequence, toHex(hash))
  }
}

/** Nothing has begun then: a transaction that has its lock from the start meets no other. */
function isLocked(error: unknown): boolean {
  return (
    isStoreFault(error) &&
    error.detail.code === 'STORE_UNAVAILABLE' &&
    error.detail.reason === 'SQLITE_BUSY'
  )
}
