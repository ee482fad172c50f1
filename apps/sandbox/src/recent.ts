/** Things that are numbered from 0 in the order in which they came; only the last ones are kept. */
export type Recent<T> = {
  /** How many have come: the number of the next one. */
  readonly count: () => number
  /** Those that are kept, from number `from` on. */
  readonly since: (from: number) => readonly T[]
  /** Adds one; its number. */
  readonly add: (value: T) => number
  /** Takes the place of one, if that is kept still. */
  readonly replace: (number: number, value: T) => void
}

/** @param limit - how many are kept at least; twice as many at most. */
export function createRecent<T>(limit: number): Recent<T> {
  const kept: T[] = []
  const first = { number: 0 }
  return {
    count: () => first.number + kept.length,
    since: (from) => kept.slice(Math.max(from - first.number, 0)),
    add: (value) => {
      const number = first.number + kept.length
      kept.push(value)
      if (kept.length >= 2 * limit) first.number += kept.splice(0, limit).length
      return number
    },
    replace: (number, value) => {
      const at = number - first.number
      if (at >= 0 && at < kept.length) kept[at] = value
    },
  }
}
