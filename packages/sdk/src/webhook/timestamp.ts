import type { JsonValue } from '../json/json-value.ts'
import { Malformed } from '../json/malformed.ts'

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/**
 * Reads an RFC 3339 time; what is finer than a millisecond is cut off.
 *
 * @throws {Malformed} if it is not one, or of a day that its month does not have.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function timestampField(value: JsonValue | undefined, path: string): Date {
  const match = typeof value === 'string' ? rfc3339.exec(value) : null
  const time = match === null ? Number.NaN : Date.parse(match[0])
  if (match === null || Number.isNaN(time) || !isDay(match)) {
    throw new Malformed(path, 'an RFC 3339 time')
  }
  return new Date(time)
}

/** `Date` would read 30 February as 1 March. */
function isDay([, year, month, day]: RegExpExecArray): boolean {
  return new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day)
}
