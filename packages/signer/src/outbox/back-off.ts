import { below, type Entropy } from '../entropy.ts'

/** How long an answer rests between two attempts, in milliseconds. */
export type BackOff = {
  /** After the first one. */
  readonly firstMs: number
  readonly maxMs: number
}

const steps = 65_536

/**
 * The rest after so many failed attempts: doubled each time, between half of that and the whole, at
 * random, so that what failed together does not come back together.
 *
 * @param attempts - how many failed, 1 or more.
 */
export function restMs(attempts: number, { firstMs, maxMs }: BackOff, entropy: Entropy): number {
  const wholeMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempts - 1, 32))
  return Math.round(wholeMs / 2 + (wholeMs / 2) * (below(steps, entropy) / steps))
}
