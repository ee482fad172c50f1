/** How much the last measurement counts in the mean. */
const weight = 1 / 8

/** The mean of recent durations, in milliseconds; 0 until one was measured. */
export class ServiceTime {
  #meanMs = 0
  #isKnown = false

  get ms(): number {
    return this.#meanMs
  }

  measured(ms: number): void {
    this.#meanMs = this.#isKnown ? this.#meanMs + weight * (ms - this.#meanMs) : ms
    this.#isKnown = true
  }
}
