import { integer } from '@boltwarden/core/assert'

/** Which part of a listing is wanted. */
export type Page<Key> = {
  /** The most rows, 1 to 1,000; 100 by default. */
  readonly limit?: number
  /** Only rows after this one. */
  readonly after?: Key
}

/**
 * The most rows of a page.
 *
 * @throws {RangeError} if `limit` is not an integer from 1 to 1,000.
 */
export function pageLimit({ limit = 100 }: Page<unknown>): number {
  return integer('limit', limit, 1, 1000)
}
