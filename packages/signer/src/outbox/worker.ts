import type { EventId } from '@boltwarden/core/ids'
import type { OutboxRow } from '@boltwarden/store'
import type { Entropy } from '../entropy.ts'
import { errorFacts, type Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import { type Attempt, type AttemptDeps, attempt } from './attempt.ts'
import { type BackOff, restMs } from './back-off.ts'
import type { SetAsideReason } from './result.ts'
import { Settlements } from './settlements.ts'
import { steadyNow } from './steady-now.ts'

/** How the outbox is worked off; times in milliseconds. */
export type OutboxOptions = {
  /** How often it is looked at while nothing happens. */
  readonly pollMs: number
  readonly backOff: BackOff
  /** How long one attempt may take. */
  readonly attemptMs: number
  /** How long nobody else touches what this process works on; longer than an attempt. */
  readonly leaseMs: number
  /** After so many failures of its own in a row an answer is set aside. */
  readonly maxAttempts: number
  /** The most answers that are brought at once. */
  readonly concurrency: number
}

export type OutboxDeps = AttemptDeps & {
  readonly entropy: Entropy
  readonly logger: Logger
  readonly metrics: Metrics
}

const author = 'signer'
const maxRemembered = 10_000

/** How often it is looked whether another process has brought what a call waits for here. */
const awaitedMs = 100

/**
 * Brings the answers that the platform has not accepted: those of each lane in their order, several
 * lanes at once, again and again. What other processes work on is left to them. It begins with what
 * was left behind, by this process or another.
 */
export class OutboxWorker {
  /** Names this process, and no other that ever was, among those that share a store. */
  readonly instance: string
  /** Milliseconds since 1970, as claims and rests are measured. */
  readonly nowMs: () => number
  readonly #options: OutboxOptions
  readonly #deps: OutboxDeps
  readonly #working = new Set<Promise<void>>()
  readonly #settlements = new Settlements()
  readonly #failures = new Map<EventId, number>()
  /** Until when each lane is held up, see {@link holdUp}. */
  readonly #heldUp = new Map<string, number>()
  #wakeUp: (() => void) | undefined
  #isAwake = false
  #isStopping = false
  /** Whether the last attempt of any kind found the platform out of reach. */
  #isCutOff = false
  /** Whether rests are cut short, as the platform is back. */
  #hurries = false
  #isBlind = false
  #lookedAtMs = 0
  #running: Promise<void> = Promise.resolve()

  constructor(options: OutboxOptions, deps: OutboxDeps) {
    this.#options = options
    this.#deps = deps
    this.nowMs = steadyNow(deps.clock)
    this.instance = Buffer.from(deps.entropy.bytes(16)).toString('hex')
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Takes nothing more, and resolves once what is under way has ended. */
  async close(): Promise<void> {
    this.#isStopping = true
    this.wake()
    await this.#running
  }

  /** Looks at the outbox now. */
  wake(): void {
    this.#isAwake = true
    this.#wakeUp?.()
  }

  /** Does not let answers rest any longer: the platform takes them, or somebody waits for one. */
  hurry(): void {
    this.#hurries = true
    this.wake()
  }

  /** The platform took a fresh answer, or could not be reached with one. */
  noticed(platform: 'answers' | 'out-of-reach'): void {
    if (platform === 'answers' && this.#isCutOff) this.hurry()
    this.#isCutOff = platform === 'out-of-reach'
  }

  /** This process brought an answer itself: another call may wait for the same one. */
  brought(event: EventId): void {
    this.#settlements.brought(event)
  }

  /** Resolves once the answer to this event was brought; `forget` ends the waiting. */
  whenBrought(event: EventId): { readonly brought: Promise<void>; readonly forget: () => void } {
    return this.#settlements.of(event)
  }

  /**
   * Lets nothing fresh of a lane go out until `untilMs`: one of its answers failed, and the store
   * could not be told that it waits.
   */
  holdUp(lane: string, untilMs: number): void {
    rememberIn(this.#heldUp, lane, untilMs)
  }

  /** Whether a lane is held up now. */
  isHeldUp(lane: string): boolean {
    return (this.#heldUp.get(lane) ?? 0) > this.nowMs()
  }

  /** Lets an answer that this process holds rest until its next attempt. */
  async postpone(event: EventId, attempts: number, code: string): Promise<void> {
    const { backOff } = this.#options
    const nextAttemptAtMs =
      this.nowMs() + (attempts === 0 ? 0 : restMs(attempts, backOff, this.#deps.entropy))
    const failure = { nextAttemptAtMs, error: code }
    await this.#deps.store.outbox.postpone(event, this.instance, failure)
    this.wake()
  }

  /** Nobody tries this answer any more: an operator has to look. */
  async setAside(event: EventId, reason: SetAsideReason): Promise<void> {
    const { store, logger, metrics } = this.#deps
    this.#failures.delete(event)
    if (!(await store.outbox.setAside(event, reason, { who: author, atMs: this.nowMs() }))) return
    metrics.setAside(reason)
    logger.error({ event_id: event, code: reason }, 'answer set aside')
    this.wake()
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const free = this.#options.concurrency - this.#working.size
      const rows = free === 0 ? [] : await this.#claim(free)
      for (const row of rows) this.#begin(row)
      if (rows.length > 0) continue
      if (free > 0) this.#hurries = false
      await this.#rest()
      await this.#lookForAwaited()
    }
    await Promise.all(this.#working)
  }

  async #claim(limit: number): Promise<readonly OutboxRow[]> {
    const { leaseMs, backOff } = this.#options
    const nowMs = this.nowMs()
    const dueByMs = this.#hurries ? nowMs + backOff.maxMs : nowMs
    const claim = { instance: this.instance, untilMs: nowMs + leaseMs }
    try {
      const rows = await this.#deps.store.outbox.claim(claim, nowMs, limit, dueByMs)
      this.#isBlind = false
      return rows
    } catch (error) {
      // Once for a row of failures: it is asked every second.
      if (!this.#isBlind) {
        this.#deps.logger.error({ error: errorFacts(error) }, 'outbox cannot be read')
      }
      this.#isBlind = true
      return []
    }
  }

  /** Whoever shares the store may have claimed an answer that a call waits for here. */
  async #lookForAwaited(): Promise<void> {
    const awaited = this.#settlements.awaited()
    const nowMs = this.#deps.clock.monotonicMs()
    if (awaited.length === 0 || nowMs - this.#lookedAtMs < awaitedMs) return
    this.#lookedAtMs = nowMs
    try {
      for (const event of awaited) {
        const entry = await this.#deps.store.event(event)
        if (entry?.answeredAtMs !== undefined) this.#settlements.brought(event)
      }
    } catch {
      // A store that fails is told of where it is claimed from; the call waits on.
    }
  }

  #begin(row: OutboxRow): void {
    const work = this.#bring(row).finally(() => {
      this.#working.delete(work)
      this.wake()
    })
    this.#working.add(work)
  }

  /** Never rejects: where the store fails too, the claim ends by itself. */
  async #bring(row: OutboxRow): Promise<void> {
    const { logger, metrics } = this.#deps
    const outcome = await attempt(row, this.#options.attemptMs, this.#deps)
    metrics.attempted(outcome.result)
    try {
      await this.#conclude(row, outcome)
    } catch (error) {
      logger.error({ event_id: row.event, error: errorFacts(error) }, 'attempt not noted')
    }
  }

  async #conclude(row: OutboxRow, outcome: Attempt): Promise<void> {
    const { event, attempts } = row
    if (outcome.result === 'accepted') {
      this.#failures.delete(event)
      this.noticed('answers')
      this.#settlements.brought(event)
      const facts = { event_id: event, kind: row.request, attempts }
      this.#deps.logger.info(facts, 'answer brought')
      return
    }
    if (outcome.result === 'set-aside') return this.setAside(event, outcome.reason)
    const { code, isItsOwn, error } = outcome
    const bug = error !== undefined && { error: errorFacts(error) }
    this.#deps.logger.warn(
      { event_id: event, code, attempts: attempts + 1, ...bug },
      'answer waits',
    )
    // What fails is tried slowly, whoever waits for it.
    this.#hurries = false
    if (!isItsOwn) {
      this.#isCutOff = true
      return this.postpone(event, attempts + 1, code)
    }
    const failures = (this.#failures.get(event) ?? 0) + 1
    if (failures >= this.#options.maxAttempts) return this.setAside(event, 'TOO_MANY_ATTEMPTS')
    // What is forgotten is tried some more times before it is set aside.
    rememberIn(this.#failures, event, failures)
    return this.postpone(event, attempts + 1, code)
  }

  #rest(): Promise<void> {
    if (this.#isAwake) {
      this.#isAwake = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#wakeUp = undefined
        this.#isAwake = false
        resolve()
      }
      const isAwaited = this.#settlements.awaited().length > 0
      const { pollMs } = this.#options
      const timer = setTimeout(end, isAwaited ? Math.min(pollMs, awaitedMs) : pollMs)
      this.#wakeUp = end
    })
  }
}

/** Remembers the newest of a kind, and so many. */
function rememberIn<K>(memory: Map<K, number>, key: K, value: number): void {
  memory.delete(key)
  memory.set(key, value)
  const [oldest] = memory.keys()
  if (memory.size > maxRemembered && oldest !== undefined) memory.delete(oldest)
}
