/**
 * Checks that `value` is a `Uint8Array`, of one of the given lengths where any is given.
 *
 * @param label - what the value is, quoted in the error.
 * @returns `value` itself.
 * @throws {TypeError} if it is not a `Uint8Array`.
 * @throws {RangeError} if its length is none of `lengths`.
 * @example
 * ```ts
 * import { bytes } from '@boltwarden/core/assert'
 * bytes('digest', new Uint8Array(32), 32)
 * ```
 */
export function bytes(label: string, value: unknown, ...lengths: readonly number[]): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`"${label}" expected Uint8Array, got ${typeName(value)}`)
  }
  if (lengths.length > 0 && !lengths.includes(value.length)) {
    throw new RangeError(`"${label}" expected ${lengths.join(' or ')} bytes, got ${value.length}`)
  }
  return value
}

/**
 * Checks that `value` is an integer from `min` to `max`, both included.
 *
 * @throws {TypeError} if it is not a number.
 * @throws {RangeError} if it is not a safe integer in the range.
 * @example
 * ```ts
 * import { integer } from '@boltwarden/core/assert'
 * integer('vout', 1, 0, 0xffff_ffff)
 * ```
 */
export function integer(label: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') {
    throw new TypeError(`"${label}" expected number, got ${typeName(value)}`)
  }
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new RangeError(`"${label}" expected integer ${min}..${max}, got ${value}`)
  }
  return value
}

/**
 * Checks that `value` is a bigint from `min` to `max`, both included.
 *
 * @throws {TypeError} if it is not a bigint.
 * @throws {RangeError} if it is out of the range.
 * @example
 * ```ts
 * import { bigint } from '@boltwarden/core/assert'
 * bigint('amount', 5000n, 0n, 2_100_000_000_000_000n)
 * ```
 */
export function bigint(label: string, value: unknown, min: bigint, max: bigint): bigint {
  if (typeof value !== 'bigint') {
    throw new TypeError(`"${label}" expected bigint, got ${typeName(value)}`)
  }
  if (value < min || value > max) {
    throw new RangeError(`"${label}" expected ${min}..${max}, got ${value}`)
  }
  return value
}

/** The name of a value's type for a message; never the value itself, which may be secret. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
