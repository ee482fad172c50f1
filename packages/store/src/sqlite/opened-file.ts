import { statSync } from 'node:fs'
import { StoreFault } from '../fault.ts'

/**
 * A file as it was when it was opened. A process goes on writing to a file that was deleted or
 * replaced, without an error: what it writes is gone with the process.
 */
export class OpenedFile {
  readonly #path: string
  readonly #suffix: string
  readonly #identity: string | undefined

  /** @param suffix - what follows the store's own name; it is what a fault says of the file. */
  constructor(path: string, suffix: string) {
    this.#path = `${path}${suffix}`
    this.#suffix = suffix
    this.#identity = identityOf(this.#path)
  }

  /** @throws {StoreFault} `STORE_NOT_DURABLE` if its name stands for another file by now. */
  check(): void {
    const identity = identityOf(this.#path)
    if (identity !== undefined && identity === this.#identity) return
    throw new StoreFault({
      code: 'STORE_NOT_DURABLE',
      setting: `file${this.#suffix}`,
      expected: 'the one that was opened',
      found: identity === undefined ? 'missing' : 'another',
    })
  }
}

function identityOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}
