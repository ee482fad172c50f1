import { dirname } from 'node:path'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import {
  type Backend,
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
  #sealed = -1
  #checkpoint: { readonly sequence: number; readonly atMs: number }
  #broken: unknown

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
      await sealing.#seal()
    } catch (error) {
      throw ownFault(error)
    }
    sealing.#timer = setInterval(() => sealing.renew(), everyMs).unref()
    return sealing
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
    if ((await store.generation()).generation === this.#sealed) return
    await this.#file.check()
    await this.#signCheckpoint()
    const { generation } = await this.#file.write(clock.nowMs())
    this.#sealed = generation
  }

  async #signCheckpoint(): Promise<void> {
    const { store, keychain, clock } = this.#deps
    const { head } = await store.generation()
    const nowMs = clock.monotonicMs()
    const { sequence, atMs } = this.#checkpoint
    const rows = head.sequence - sequence
    const isDue =
      rows >= rowsBetweenCheckpoints || (rows > 0 && nowMs - atMs >= msBetweenCheckpoints)
    if (!isDue) return
    const checkpoint = makeCheckpoint(head, clock.nowMs(), (it) => keychain.signAudit(it))
    const row = await store.audit.append({ type: 'checkpoint', ...checkpoint })
    this.#checkpoint = { sequence: row.sequence, atMs: nowMs }
  }

  #note(error: unknown): void {
    const { logger, onSuspicion } = this.#deps
    logger.error({ error: errorFacts(ownFault(error)) }, 'the store was not sealed')
    if (this.#broken !== undefined || !isSuspicious(error)) return
    this.#broken = ownFault(error)
    onSuspicion()
  }
}

/** Whether a fault says that this is not the store that was sealed. */
export function isSuspicious(error: unknown): boolean {
  const codes = ['STORE_ROLLED_BACK', 'STORE_FORKED', 'STORE_SEAL_INVALID'] as const
  return codes.some((code) => isStoreFault(error, code))
}
