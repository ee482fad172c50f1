import { bytes } from './assert.ts'

const hidden = '[secret]'

/**
 * Bytes that never become text: printing, JSON and inspection show `[secret]`.
 *
 * Wiping overwrites this copy only. A JavaScript engine may have moved the bytes before, and what
 * a callback keeps is out of reach; see docs/threat-model.md.
 *
 * @example
 * ```ts
 * import { Secret } from '@boltwarden/core/secret'
 * const seed = new Secret(new Uint8Array(32).fill(7))
 * `${seed}` // '[secret]'
 * seed.use((bytes) => bytes.length) // 32
 * seed.dispose()
 * ```
 */
export class Secret {
  #bytes: Uint8Array | undefined

  /** Copies `value`, of any length; the caller wipes its own copy. */
  constructor(value: Uint8Array) {
    this.#bytes = bytes('secret', value).slice()
  }

  /**
   * Lends the bytes to `fn`, which must neither keep nor change them.
   *
   * @throws {TypeError} if the secret was disposed of.
   */
  use<T>(fn: (bytes: Uint8Array) => T): T {
    if (this.#bytes === undefined) throw new TypeError('"secret" was disposed of')
    return fn(this.#bytes)
  }

  /** Overwrites the bytes with zeros; the secret cannot be used again. */
  dispose(): void {
    this.#bytes?.fill(0)
    this.#bytes = undefined
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }
}

// Node prints through this symbol; `core` knows no Node, so the name is spelt out.
Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => hidden,
})
