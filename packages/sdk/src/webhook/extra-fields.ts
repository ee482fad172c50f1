import type { JsonObject } from '../json/json-value.ts'

/**
 * `known` with what else stood in the object it was read from; a known field is never replaced.
 * `raw` is used up: the fields go into it, since whoever sends 200,000 others would make copying
 * them cost more than parsing them did.
 *
 * An honest event has nothing else, and fields of one known shape are faster to read: hence the
 * look before it.
 */
export function withExtraFields<T extends object>(known: T, raw: JsonObject): T {
  const isKnown = Object.keys(raw).every((name) => Object.hasOwn(known, name))
  return isKnown ? known : Object.assign(raw, known)
}
