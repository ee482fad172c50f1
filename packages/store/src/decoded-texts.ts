/**
 * States that were decoded from texts, by the row they stand in. The text of the row decides each
 * time: what another process wrote is decoded anew, so nothing here can be out of date; what is the
 * same text is the same state, and states never change.
 */
export class DecodedTexts<T> {
  readonly #most: number
  readonly #held = new Map<string | number, { readonly text: string; readonly state: T }>()

  /** @param most - how many states are held. */
  constructor(most: number) {
    this.#most = most
  }

  /** The state of a row's text. */
  read(row: string | number, text: string, decode: () => T): T {
    const held = this.#held.get(row)
    if (held?.text === text) return held.state
    const state = decode()
    this.hold(row, text, state)
    return state
  }

  /** The text of a row's state, where it is held. */
  textOf(row: string | number, state: T): string | undefined {
    const held = this.#held.get(row)
    return held?.state === state ? held.text : undefined
  }

  /** Holds a state that is being written; the oldest one makes room. */
  hold(row: string | number, text: string, state: T): void {
    this.#held.delete(row)
    this.#held.set(row, { text, state })
    if (this.#held.size <= this.#most) return
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest)
      return
    }
  }
}
