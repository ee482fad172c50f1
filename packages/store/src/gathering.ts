import type { EventId } from '@boltwarden/core/ids'
import type { AcceptedAnswer, Backend, Done, Task } from './backend.ts'

/** How much one commit may serve. */
export type BatchLimits = {
  /** The most decisions. */
  readonly tasks: number
  /** The most bytes of bodies, unless one alone has more. */
  readonly bytes: number
  /**
   * How long accepted answers wait for decisions whose commit they can share, in milliseconds. No
   * reply waits for them.
   */
  readonly patienceMs: number
}

/**
 * Told of each commit as it begins, with how many decisions and accepted answers it serves; what it
 * returns is called once the commit has ended, well or not.
 */
export type OnCommit = (parts: number) => () => void

/** Enough to share the cost of a commit, and few enough not to hold up the event loop. */
export const defaultBatchLimits: BatchLimits = Object.freeze({
  tasks: 64,
  bytes: 4 << 20,
  patienceMs: 5,
})

/** How many accepted answers one commit notes: each is a row or two. */
const maxAccepted = 256

/**
 * How many turns of the event loop that bring nothing end the gathering. Other work of calls that
 * are under way comes in between their decisions; an idle loop turns in microseconds.
 */
const quietTurns = 4

type Waiting<T> = {
  readonly task: Task<T>
  readonly bytes: number
  readonly settle: (outcome: PromiseSettledResult<Done<T>>) => void
}

type Accepted = {
  readonly answer: AcceptedAnswer
  readonly settle: (outcome: PromiseSettledResult<void>) => void
}

/**
 * Gathers what arrives while a commit is under way, and what arrives in turns of the event loop that
 * follow each other, so that one durable commit serves many. First come, first served.
 */
export class Gathering<T> {
  readonly #backend: Pick<Backend, 'commit'>
  readonly #limits: BatchLimits
  readonly #onCommit: OnCommit
  readonly #tasks: Waiting<T>[] = []
  readonly #accepted: Accepted[] = []
  readonly #idlers: (() => void)[] = []
  #isCommitting = false
  #isDue = false
  /** Set while only accepted answers are there, and wait. */
  #patience: NodeJS.Timeout | undefined

  constructor(
    backend: Pick<Backend, 'commit'>,
    limits: BatchLimits = defaultBatchLimits,
    onCommit: OnCommit = () => () => {},
  ) {
    this.#backend = backend
    this.#limits = limits
    this.#onCommit = onCommit
  }

  /** Resolves once the decision is on the disk. */
  decide(task: Task<T>, bytes: number): Promise<Done<T>> {
    return new Promise((resolve, reject) => {
      this.#tasks.push({ task, bytes, settle: settling(resolve, reject) })
      this.#gather()
    })
  }

  /** Resolves once the acceptance is on the disk. */
  accept(event: EventId, digest: Uint8Array, atMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#accepted.push({ answer: { event, digest, atMs }, settle: settling(resolve, reject) })
      this.#gather()
    })
  }

  /** Resolves once everything that was asked for is on the disk, or has failed. */
  idle(): Promise<void> {
    const isPatient = this.#patience !== undefined
    if (!this.#isDue && !this.#isCommitting && !isPatient) return Promise.resolve()
    return new Promise((resolve) => this.#idlers.push(resolve))
  }

  #gather(): void {
    if (this.#isCommitting || this.#isDue) return
    if (this.#tasks.length > 0 || this.#accepted.length >= maxAccepted) this.#begin()
    else this.#patience ??= setTimeout(() => this.#begin(), this.#limits.patienceMs)
  }

  #begin(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#isDue = true
    this.#look(0, 0)
  }

  /** Commits once some turns have brought nothing more, or enough is there. */
  #look(seen: number, quiet: number): void {
    setImmediate(() => {
      const [tasks, accepted] = [this.#tasks.length, this.#accepted.length]
      const isEnough = tasks >= this.#limits.tasks || accepted >= maxAccepted
      const quietNow = tasks + accepted > seen ? 0 : quiet + 1
      if (!isEnough && quietNow < quietTurns) {
        this.#look(tasks + accepted, quietNow)
        return
      }
      this.#isDue = false
      void this.#commit()
    })
  }

  async #commit(): Promise<void> {
    this.#isCommitting = true
    const tasks = this.#take()
    const accepted = this.#accepted.splice(0, maxAccepted)
    const ended = this.#onCommit(tasks.length + accepted.length)
    try {
      const outcome = await this.#backend.commit({
        tasks: tasks.map(({ task }) => task),
        accepted: accepted.map(({ answer }) => answer),
      })
      for (const [at, { settle }] of tasks.entries()) settle(outcome.tasks[at] ?? missing)
      for (const [at, { settle }] of accepted.entries()) settle(outcome.accepted[at] ?? missing)
    } catch (reason) {
      for (const { settle } of [...tasks, ...accepted]) settle({ status: 'rejected', reason })
    } finally {
      ended()
      this.#isCommitting = false
      if (this.#tasks.length > 0 || this.#accepted.length > 0) this.#gather()
      else for (const resolve of this.#idlers.splice(0)) resolve()
    }
  }

  #take(): readonly Waiting<T>[] {
    let bytes = 0
    const fits = this.#tasks.findIndex((waiting, at) => {
      bytes += waiting.bytes
      return at > 0 && (at >= this.#limits.tasks || bytes > this.#limits.bytes)
    })
    return this.#tasks.splice(0, fits === -1 ? this.#tasks.length : fits)
  }
}

const missing: PromiseRejectedResult = {
  status: 'rejected',
  reason: new TypeError('"outcome" expected one for each part of the batch'),
}

function settling<V>(resolve: (value: V) => void, reject: (reason: unknown) => void) {
  return (outcome: PromiseSettledResult<V>) => {
    if (outcome.status === 'fulfilled') resolve(outcome.value)
    else reject(outcome.reason)
  }
}
