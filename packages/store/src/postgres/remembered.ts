/** Rows of one table by their key: as they were read, and as they are to be. */
export class Remembered<K, V> {
  readonly #read = new Map<K, V>()
  readonly #changed = new Map<K, V>()

  /** A row as it is in the database; one that was read before stays. */
  load(key: K, value: V): void {
    if (!this.#read.has(key)) this.#read.set(key, value)
  }

  get(key: K): V | undefined {
    return this.#changed.get(key) ?? this.#read.get(key)
  }

  set(key: K, value: V): void {
    this.#changed.set(key, value)
  }

  *values(): Generator<V> {
    for (const [key, value] of this.#read) yield this.#changed.get(key) ?? value
    for (const [key, value] of this.#changed) if (!this.#read.has(key)) yield value
  }

  /** Rows to be inserted. */
  get added(): readonly V[] {
    return [...this.#changed].flatMap(([key, value]) => (this.#read.has(key) ? [] : [value]))
  }

  /** Rows to be updated. */
  get updated(): readonly V[] {
    return [...this.#changed].flatMap(([key, value]) => (this.#read.has(key) ? [value] : []))
  }

  /** Pairs of what was read, if it was, and what it is to be. */
  get changes(): readonly { readonly before: V | undefined; readonly after: V }[] {
    return [...this.#changed].map(([key, after]) => ({ before: this.#read.get(key), after }))
  }

  revert(): void {
    this.#changed.clear()
  }
}
