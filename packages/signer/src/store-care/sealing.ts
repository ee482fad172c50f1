import { dirname } from 'node:path'
import { equalBytes } from '@boltwarden/core/bytes'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import {
  type Backend,
  type Generation,
  isStoreFault,
  makeCheckpoint,
  type SealFile,
  type Store,
} from '@boltwarden/store'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { errorFacts, type Logger } from '../logging.ts'
import { ownFault } from '../pipeline/ending.ts'
import { makeFolder } from '../write-file.ts'
import { sealFileOf } from './care.ts'

/** How often the seal is renewed: what was lost by a rollback since then is not noticed by it. */
const everyMs = 2_000

/** A checkpoint is signed after so many rows, or so much time where there are any. */
const rowsBetweenCheckpoints = 1_000
const msBetweenCheckpoints = 600_000

/** What sealing works with. */
export type SealingDeps = {
  readonly store: Pick<Backend, 'generation' | 'accept' | 'audit'>
  readonly keychain: Keychain
  readonly clock: Clock
  readonly logger: Logger
  /** Told once when the store is found not to be the one that was sealed. */
  readonly onSuspicion: () => void
}

/**
 * Keeps, apart from the store, how far it has come, and signs for places of its audit log. Where the
 * store turns out not to be the one that was sealed, nothing may be decided any more.
 */
export class Sealing {
  readonly #deps: SealingDeps
  readonly #file: SealFile
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()
  #sealed: Generation | undefined
  #head = 0
  /** The last one, by the clock that cannot be set; the start of this process where none is known. */
  #checkpoint: { readonly sequence: number; readonly atMs: number }
  #broken: unknown
  #isAcceptanceTold = false

  private constructor(deps: SealingDeps, file: SealFile) {
    this.#deps = deps
    this.#file = file
    this.#checkpoint = { sequence: 0, atMs: deps.clock.monotonicMs() }
  }

  /**
   * Compares the store with its seal, and seals it.
   *
   * @throws {SignerFault} `STORE_NOT_ACCEPTED` where it is not the one that was sealed.
   */
  static async start(config: Config, deps: SealingDeps): Promise<Sealing> {
    makeFolder(dirname(config.store.seal_file))
    const sealing = new Sealing(deps, sealFileOf(config, deps.store, deps.keychain))
    try {
      const { head } = await deps.store.generation()
      await sealing.#findCheckpoint(head.sequence)
      await sealing.#seal()
    } catch (error) {
      throw ownFault(error)
    }
    sealing.#timer = setInterval(() => sealing.renew(), everyMs).unref()
    return sealing
  }

  /** Whether the store was found to be another one. It stays so until the signer is started again. */
  get isSuspicious(): boolean {
    return this.#broken !== undefined
  }

  /** Seconds since the last checkpoint; 0 where no row of the audit log came after it. */
  get checkpointAgeSeconds(): number {
    const { sequence, atMs } = this.#checkpoint
    return this.#head <= sequence ? 0 : (this.#deps.clock.monotonicMs() - atMs) / 1000
  }

  /** @throws {SignerFault} `STORE_NOT_ACCEPTED` once the store was found to be another one. */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken
  }

  /** The store, as long as it is the one that was sealed: after that it decides nothing. */
  guard(store: Store): Store {
    return {
      ...store,
      decide: async (delivery, step, keeping) => {
        this.check()
        return store.decide(delivery, step, keeping)
      },
      health: async () => {
        this.check()
        await store.health()
      },
    }
  }

  /** Seals what was committed since, if anything was. Never rejects. */
  renew(): Promise<void> {
    this.#work = this.#work.then(() => this.#seal()).catch((error: unknown) => this.#note(error))
    return this.#work
  }

  /** Seals for the last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.renew()
  }

  async #seal(): Promise<void> {
    const { store, clock } = this.#deps
    const found = await store.generation()
    this.#head = found.head.sequence
    if (isSame(found, this.#sealed) && !this.#isCheckpointDue()) return
    await this.#file.check()
    // What this process decided by the store that was refused is not undone by an acceptance.
    if (this.#broken !== undefined) return this.#tellAcceptance()
    await this.#signCheckpoint()
    this.#sealed = await this.#file.write(clock.nowMs())
  }

  #tellAcceptance(): void {
    if (this.#isAcceptanceTold) return
    this.#isAcceptanceTold = true
    this.#deps.logger.warn('the store was accepted: start this signer again, it signs nothing yet')
  }

  #isCheckpointDue(): boolean {
    const { sequence, atMs } = this.#checkpoint
    const rows = this.#head - sequence
    const ms = this.#deps.clock.monotonicMs() - atMs
    return rows >= rowsBetweenCheckpoints || (rows > 0 && ms >= msBetweenCheckpoints)
  }

  async #signCheckpoint(): Promise<void> {
    const { store, keychain, clock } = this.#deps
    if (!this.#isCheckpointDue()) return
    const { head } = await store.generation()
    // Another signer on the same database may have signed one.
    await this.#findCheckpoint(head.sequence)
    if (!this.#isCheckpointDue()) return
    const checkpoint = makeCheckpoint(head, clock.nowMs(), (it) => keychain.signAudit(it))
    const { sequence } = await store.audit.append({ type: 'checkpoint', ...checkpoint })
    this.#head = sequence
    this.#checkpoint = { sequence, atMs: clock.monotonicMs() }
  }

  /** Looks for the last checkpoint, whoever signed it, no further back than one is due anyway. */
  async #findCheckpoint(head: number): Promise<void> {
    const { store, clock } = this.#deps
    const after = Math.max(this.#checkpoint.sequence, head - rowsBetweenCheckpoints)
    const rows = await store.audit.rows({ after, limit: rowsBetweenCheckpoints })
    const last = rows.findLast(({ fact }) => fact.type === 'checkpoint')
    if (last === undefined) return
    const ageMs = Math.max(0, clock.nowMs() - last.fact.atMs)
    this.#checkpoint = { sequence: last.sequence, atMs: clock.monotonicMs() - ageMs }
  }

  #note(error: unknown): void {
    const { logger, onSuspicion } = this.#deps
    logger.error({ error: errorFacts(ownFault(error)) }, 'the store was not sealed')
    if (this.#broken !== undefined || !isSuspicious(error)) return
    this.#broken = ownFault(error)
    onSuspicion()
  }
}

function isSame(found: Generation, sealed: Generation | undefined): boolean {
  return (
    found.lineage === sealed?.lineage &&
    found.generation === sealed.generation &&
    equalBytes(found.head.hash, sealed.head.hash)
  )
}

/** Whether a fault says that this is not the store that was sealed. */
export function isSuspicious(error: unknown): boolean {
  const codes = ['STORE_ROLLED_BACK', 'STORE_FORKED', 'STORE_SEAL_INVALID'] as const
  return codes.some((code) => isStoreFault(error, code))
}
