/**
 * Lets heavy work pass one piece at a time, with a turn of the event loop before each: however many
 * calls arrive at once, everything else, health checks above all, waits for one piece at most.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = []

  /** Resolves in a turn of the event loop in which nobody else passes, in the order of the calls. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) this.#open()
    })
  }

  #open(): void {
    // All that is due runs in one turn: only the next may be made due, or they would pass together.
    setImmediate(() => {
      this.#waiting.shift()?.()
      if (this.#waiting.length > 0) this.#open()
    })
  }
}
