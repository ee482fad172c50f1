/** Wakes those who wait for the platform to reveal a counterparty's secret. */
export class RevealWatch {
  readonly #waiting = new Set<() => void>()
  #count = 0

  /** How many reveals were recorded so far: tells whether one came in between. */
  get count(): number {
    return this.#count
  }

  /** A reveal is on the disk. */
  recorded(): void {
    this.#count++
    for (const wake of [...this.#waiting]) wake()
  }

  /**
   * Resolves once there are more reveals than `since`, or after `limitMs`.
   *
   * @returns whether there are more.
   */
  next(since: number, limitMs: number): Promise<boolean> {
    if (this.#count > since) return Promise.resolve(true)
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#waiting.delete(end)
        resolve(this.#count > since)
      }
      const timer = setTimeout(end, Math.max(0, limitMs))
      this.#waiting.add(end)
    })
  }
}
