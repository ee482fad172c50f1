import type { JsonObject, JsonValue } from '../json/json-value.ts'

/**
 * `known` with what else stood in the object it was read from; a known field is never replaced.
 *
 * An honest event has nothing else, and a spread over every one of 1,000 jobs would cost more than
 * parsing them: hence the look before it.
 */
export function withExtraFields<T extends object>(known: T, raw: JsonObject): T {
  let extra: { [name: string]: JsonValue } | undefined
  for (const [name, value] of Object.entries(raw)) {
    if (Object.hasOwn(known, name)) continue
    extra ??= {}
    extra[name] = value
  }
  return extra === undefined ? known : { ...extra, ...known }
}
