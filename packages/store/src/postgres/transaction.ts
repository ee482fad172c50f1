import { setTimeout as pause } from 'node:timers/promises'
import { toHex } from '@boltwarden/core/hex'
import type { Checkpoint } from '../audit/checkpoint.ts'
import { encodeAuditFact } from '../audit/fact-text.ts'
import { type AuditFact, type AuditHead, type AuditRow, nextRow } from '../audit/row.ts'
import { anchorOf, generationOf } from '../audit-rows.ts'
import type { Generation } from '../backend.ts'
import { StoreFault } from '../fault.ts'
import { text } from '../rows.ts'
import type { Result, Session, Sessions, Statement } from './session.ts'
import { faultOfTrouble, type Trouble, troubleOf } from './trouble.ts'

/** How often one thing is tried where others are in the way, or the connection goes. */
const maxAttempts = 10
const maxLosses = 2

/** How long to wait before looking again how a commit ended, in milliseconds. */
const outcomePauseMs = 50

const sql = {
  begin: 'BEGIN ISOLATION LEVEL READ COMMITTED',
  chain: 'SELECT lineage, generation, sequence, hash, anchor FROM chain FOR UPDATE',
  append: `INSERT INTO audit (sequence, previous, hash, fact)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`,
  advance: 'UPDATE chain SET generation = generation + 1, sequence = $1, hash = $2',
  raise: 'UPDATE chain SET generation = generation + 1',
  hash: 'SELECT hash FROM audit WHERE sequence = $1',
} as const

/** What the lock of the chain shows. */
export type ChainEnd = Generation & {
  readonly anchor: Checkpoint | undefined
  /** What the statements gave that were sent with it. */
  readonly results: readonly Result[]
}

/** Finds out how a commit ended that nobody confirmed; `last` is the last row it would have added. */
type Resolve = (last: AuditHead | undefined, reason: string) => Promise<'committed' | 'absent'>

/** An error of the database within a transaction, which has left nothing. */
export class Failed extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super('failed')
    this.trouble = trouble
  }
}

/** One transaction: rows are read and locked first, the chain last, and then everything is written. */
export class Transaction {
  readonly #session: Session
  readonly #resolve: Resolve
  #state: 'none' | 'open' | 'committed' = 'none'
  #end: Generation | undefined
  #isReleased = false

  constructor(session: Session, resolve: Resolve) {
    this.#session = session
    this.#resolve = resolve
  }

  /** Sends statements in one round trip, and begins with the first of them. */
  async send(statements: readonly Statement[]): Promise<readonly Result[]> {
    if (statements.length === 0) return []
    const isFirst = this.#state === 'none'
    this.#state = 'open'
    try {
      const results = await this.#session.send(
        isFirst ? [{ text: sql.begin }, ...statements] : statements,
      )
      return isFirst ? results.slice(1) : results
    } catch (error) {
      throw new Failed(troubleOf(error))
    }
  }

  /**
   * Locks the end of the chain, so that this transaction commits next, and sends statements with it.
   * No row may be locked after it that somebody else locks before.
   */
  async lockChain(statements: readonly Statement[] = []): Promise<ChainEnd> {
    const [chain, ...results] = await this.send([{ name: 'chain', text: sql.chain }, ...statements])
    const [row = {}] = chain?.rows ?? []
    this.#end = generationOf(row)
    return { ...this.#end, anchor: anchorOf(row), results }
  }

  /**
   * Writes, adds rows to the log, raises the generation and commits, all in one round trip.
   *
   * @returns the rows that were added.
   * @throws {StoreFault} `STORE_OUTCOME_UNKNOWN`.
   */
  async commit(
    statements: readonly Statement[],
    facts: readonly AuditFact[] = [],
  ): Promise<readonly AuditRow[]> {
    if (this.#end === undefined) throw new TypeError('"chain" expected to be locked')
    const rows = chained(this.#end.head, facts)
    const last = rows.at(-1)
    const { sequence, hash } = last ?? this.#end.head
    const advance = { name: 'advance', text: sql.advance, values: [sequence, toHex(hash)] }
    await this.#send([...statements, ...appending(rows), advance, { text: 'COMMIT' }], last)
    // "The transaction has already committed locally, but might not have been replicated."
    if (this.#session.hasWarned) {
      throw new StoreFault({ code: 'STORE_OUTCOME_UNKNOWN', reason: 'the server warned' })
    }
    this.#state = 'committed'
    return rows
  }

  /** Ends what is open without keeping it, and gives the connection back. */
  async end(): Promise<void> {
    if (this.#isReleased) return
    try {
      if (this.#state === 'open') await this.#session.send([{ text: 'ROLLBACK' }])
      this.#release('clean')
    } catch {
      // The connection goes, and with it what was open.
      this.#release('unknown')
    }
  }

  #release(state: 'clean' | 'unknown'): void {
    this.#isReleased = true
    this.#session.release(state)
  }

  async #send(statements: readonly Statement[], last: AuditHead | undefined): Promise<void> {
    try {
      await this.#session.send(statements)
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble.kind !== 'lost') throw new Failed(trouble)
      // Its place goes to who asks.
      this.#release('unknown')
      const ended = await this.#resolve(last, trouble.reason)
      if (ended === 'absent') throw new Failed(trouble)
    }
  }
}

/** Runs transactions, again where others were in the way, and finds out how the lost ones ended. */
export class Transactions {
  readonly #sessions: Sessions
  readonly #outcomeMs: number

  /** @param outcomeMs - how long to try to learn how a commit ended. */
  constructor(sessions: Sessions, outcomeMs: number) {
    this.#sessions = sessions
    this.#outcomeMs = outcomeMs
  }

  /**
   * Runs `body` in a transaction, which it ends with {@link Transaction.commit}, or leaves without
   * writing anything. It runs again from the start where nothing of it was kept.
   *
   * @throws {StoreFault} `STORE_OUTCOME_UNKNOWN` if nobody could be asked in time whether it was
   *   committed. Every other one means that it was not.
   */
  async run<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1, losses = 0; ; attempt++) {
      const session = await this.#sessions.acquire()
      const transaction = new Transaction(session, (last, reason) => this.#resolve(last, reason))
      try {
        return await body(transaction)
      } catch (error) {
        if (!(error instanceof Failed)) throw error
        const { trouble } = error
        if (trouble.kind === 'lost') losses++
        const isFinal = trouble.kind === 'conflict' || trouble.kind === 'fault'
        if (isFinal || losses > maxLosses || attempt === maxAttempts) throw faultOfTrouble(trouble)
      } finally {
        await transaction.end()
      }
    }
  }

  /**
   * Asks until the lock of the chain is ours: the transaction whose end is unknown held it when its
   * commit was sent, so it has ended by then, however slowly its messages travel. What it wrote in
   * the log, if anything, tells how. Where it was to write nothing there, doing it again does no harm.
   */
  async #resolve(last: AuditHead | undefined, reason: string): Promise<'committed' | 'absent'> {
    const started = performance.now()
    do {
      const found = await this.#look(last?.sequence ?? 0)
      if (found !== undefined) {
        return last !== undefined && found === toHex(last.hash) ? 'committed' : 'absent'
      }
      await pause(outcomePauseMs)
    } while (performance.now() - started < this.#outcomeMs)
    throw new StoreFault({ code: 'STORE_OUTCOME_UNKNOWN', reason })
  }

  /** The hash of a row of the log, in hex, once nobody is committing; undefined if nobody tells. */
  async #look(sequence: number): Promise<string | undefined> {
    try {
      const session = await this.#sessions.acquire()
      try {
        const results = await session.send([
          { text: sql.begin },
          { name: 'chain', text: sql.chain },
          { name: 'hash', text: sql.hash, values: [sequence] },
          // A commit of its own waits until what is found has reached every replica that must have it.
          { text: sql.raise },
          { text: 'COMMIT' },
        ])
        if (session.hasWarned) throw new TypeError('"COMMIT" expected no warning')
        session.release('clean')
        const [row] = results[2]?.rows ?? []
        return row === undefined ? '' : text(row, 'hash')
      } catch (error) {
        session.release('unknown')
        throw error
      }
    } catch {
      return undefined
    }
  }
}

function chained(head: AuditHead, facts: readonly AuditFact[]): readonly AuditRow[] {
  const rows: AuditRow[] = []
  for (const fact of facts) rows.push(nextRow(rows.at(-1) ?? head, fact))
  return rows
}

function appending(rows: readonly AuditRow[]): readonly Statement[] {
  if (rows.length === 0) return []
  const values = [
    rows.map(({ sequence }) => sequence),
    rows.map(({ previous }) => toHex(previous)),
    rows.map(({ hash }) => toHex(hash)),
    rows.map(({ fact }) => encodeAuditFact(fact)),
  ]
  return [{ name: 'append', text: sql.append, values }]
}
