import { typeName } from '@boltwarden/core/assert'
import { hexToBytes } from '@boltwarden/core/hex'
import { err, ok, type Result } from '@boltwarden/core/result'
import { type Sats, sats } from '@boltwarden/core/units'

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

  /** An amount as decimal text: a number of JSON could not hold every one. */
  sats(name: string): Sats {
    const text = this.text(name)
    if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) throw new RangeError(`"${name}" expected satoshis`)
    return sats(BigInt(text))
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const text = this.text(name)
    const found = values.find((value) => value === text)
    if (found === undefined) throw new RangeError(`"${name}" is unknown`)
    return found
  }

  /** Reads an object with `read`, which must take every field of it. */
  object<T>(name: string, read: (record: StateRecord) => T): T {
    return readAll(name, this.take(name), read)
  }

  /** Reads each object of a list with `read`, which must take every field of it. */
  list<T>(name: string, read: (record: StateRecord) => T): readonly T[] {
    const value = this.take(name)
    if (!Array.isArray(value)) {
      throw new TypeError(`"${name}" expected list, got ${typeName(value)}`)
    }
    return value.map((item: unknown) => readAll(name, item, read))
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

function readAll<T>(name: string, value: unknown, read: (record: StateRecord) => T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${name}" expected object, got ${typeName(value)}`)
  }
  const record = new StateRecord(new Map(Object.entries(value)))
  const result = read(record)
  record.end()
  return result
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

/**
 * Reads a versioned JSON object with `read`, which must take every field but the version.
 *
 * @param versions - those that `read` knows.
 */
export function decodeRecord<T>(
  text: string,
  versions: readonly number[],
  read: (record: StateRecord, version: number) => T,
): Result<T, StateProblem> {
  try {
    const parsed: unknown = JSON.parse(text)
    const value = readAll('state', parsed, (record) => {
      const found = record.integer('v')
      if (!versions.includes(found)) {
        throw new RangeError(`expected version ${versions.join(' or ')}, got ${found}`)
      }
      return read(record, found)
    })
    return ok(value)
  } catch (error) {
    if (error instanceof SyntaxError) return err({ message: 'expected JSON' })
    if (error instanceof TypeError || error instanceof RangeError) {
      return err({ message: error.message })
    }
    throw error
  }
}
