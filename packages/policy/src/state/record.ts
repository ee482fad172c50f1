import { typeName } from '@boltwarden/core/assert'
import { hexToBytes } from '@boltwarden/core/hex'
import { err, ok, type Result } from '@boltwarden/core/result'

/** Why a text is not the state it should be; never quotes the text. */
export type StateProblem = { readonly message: string }

/**
 * One JSON object of a known version whose every field is read: what is missing, of another type
 * or left over is refused, because half-understood state would be written back without the rest.
 */
export class StateRecord {
  readonly #fields: Map<string, unknown>

  constructor(fields: Map<string, unknown>) {
    this.#fields = fields
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  integer(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.take(name)
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
      throw new RangeError(`"${name}" expected integer 0..${max}`)
    }
    return value
  }

  text(name: string): string {
    return textOf(name, this.take(name))
  }

  bytes(name: string): Uint8Array {
    return lowerHex(name, this.take(name))
  }

  /** Reads `name` where it stands. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.has(name) ? read(name) : undefined
  }

  take(name: string): unknown {
    if (!this.#fields.has(name)) throw new RangeError(`"${name}" is missing`)
    const value = this.#fields.get(name)
    this.#fields.delete(name)
    return value
  }

  /** Refuses what no reader took. */
  end(): void {
    const [unknown] = this.#fields.keys()
    if (unknown !== undefined) throw new RangeError('unknown field')
  }
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`"${name}" expected string, got ${typeName(value)}`)
  }
  return value
}

function lowerHex(name: string, value: unknown): Uint8Array {
  const text = textOf(name, value)
  if (text !== text.toLowerCase()) throw new RangeError(`"${name}" expected lower-case hex`)
  return hexToBytes(text)
}

/** Reads a versioned JSON object with `read`, which must take every field but the version. */
export function decodeRecord<T>(
  text: string,
  version: number,
  read: (record: StateRecord) => T,
): Result<T, StateProblem> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return err({ message: `expected object, got ${typeName(parsed)}` })
    }
    const record = new StateRecord(new Map(Object.entries(parsed)))
    const found = record.integer('v')
    if (found !== version) return err({ message: `expected version ${version}, got ${found}` })
    const value = read(record)
    record.end()
    return ok(value)
  } catch (error) {
    if (error instanceof SyntaxError) return err({ message: 'expected JSON' })
    if (error instanceof TypeError || error instanceof RangeError) {
      return err({ message: error.message })
    }
    throw error
  }
}
