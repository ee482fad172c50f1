import { integer } from '../assert.ts'

/**
 * At most `limit` values by name; the one not asked for longest makes room, and is disposed of, as
 * are all of them by {@link LeastRecentlyUsed.dispose}.
 */
export class LeastRecentlyUsed<V extends { dispose(): void }> {
  readonly #limit: number
  readonly #values = new Map<string, V>()

  /** @throws {RangeError} if `limit` is not an integer from 1 to 1,000,000. */
  constructor(limit: number) {
    this.#limit = integer('limit', limit, 1, 1_000_000)
  }

  /** How many values are held. */
  get size(): number {
    return this.#values.size
  }

  /** The value of that name, made by `make` if it is not held. */
  get(name: string, make: () => V): V {
    const held = this.#values.get(name)
    // A map iterates in the order of insertion, so the first entry is the oldest.
    if (held !== undefined) {
      this.#values.delete(name)
      this.#values.set(name, held)
      return held
    }
    const made = make()
    this.#values.set(name, made)
    for (const [oldest, value] of this.#values) {
      if (this.#values.size <= this.#limit) break
      this.#values.delete(oldest)
      value.dispose()
    }
    return made
  }

  /** Disposes of every value and forgets it. */
  dispose(): void {
    for (const value of this.#values.values()) value.dispose()
    this.#values.clear()
  }
}
