import { SignerFault } from '../fault.ts'

/** How much may be in memory of calls whose signature was good. */
export type HeldLimits = {
  readonly maxCalls: number
  /** Of the bodies, in bytes. */
  readonly maxBytes: number
}

/** Counts the calls that are here, and the bytes of their bodies: what memory they take is bounded. */
export class HeldBodies {
  readonly #limits: HeldLimits
  #calls = 0
  #bytes = 0

  constructor(limits: HeldLimits) {
    this.#limits = limits
  }

  get calls(): number {
    return this.#calls
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether the next one would be turned away, however small. */
  get isFull(): boolean {
    const { maxCalls, maxBytes } = this.#limits
    return this.#calls >= maxCalls || (this.#calls > 0 && this.#bytes >= maxBytes)
  }

  /**
   * Runs `work` while a body of this many bytes is held.
   *
   * @throws {SignerFault} `OVERLOADED` where there is no room for it; `work` is not begun then.
   */
  async during<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const { maxCalls, maxBytes } = this.#limits
    if (this.#calls >= maxCalls) throw new SignerFault({ code: 'OVERLOADED', limit: 'max_queued' })
    // One body is let in whatever its size: the listener has its own limit for that.
    if (this.#calls > 0 && this.#bytes + bytes > maxBytes) {
      throw new SignerFault({ code: 'OVERLOADED', limit: 'max_held_bytes' })
    }
    this.#calls++
    this.#bytes += bytes
    try {
      return await work()
    } finally {
      this.#calls--
      this.#bytes -= bytes
    }
  }
}
