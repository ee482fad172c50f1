import { err, type Result } from '@boltwarden/core/result'

/** Why two memories cannot both be true; public facts only. */
export type MergeConflict = { readonly reason: string }

/**
 * How what is merged relates to what is here: `earlier` or `later` in one history, or `apart` where
 * that is not known.
 */
export type History = 'earlier' | 'later' | 'apart'

/** What two memories of one thing give, or why they contradict each other. */
export type Merged<T> = Result<T, MergeConflict>

/** Two memories contradict each other. */
export function conflicting(reason: string): Result<never, MergeConflict> {
  return err({ reason })
}

/** The lower of two numbers, where either may be unknown. */
export function lower<T extends number>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return b < a ? b : a
}

/** The higher of two values, where either may be unknown. */
export function higher<T extends number | bigint>(
  a: T | undefined,
  b: T | undefined,
): T | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return b > a ? b : a
}

/** Whether two memories read alike, by the JSON that a store keeps of them. */
export function isAlike(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The list with what only the other has, told apart by `key`. */
export function union<T>(
  list: readonly T[],
  other: readonly T[],
  key: (item: T) => string,
): readonly T[] {
  const known = new Set(list.map(key))
  const added = other.filter((item) => !known.has(key(item)))
  return added.length === 0 ? list : [...list, ...added]
}
