import { SignerFault } from '../fault.ts'

/** A day in milliseconds. */
export const dayMs = 86_400_000

/**
 * How long `--keep-days` lets things stay, in milliseconds.
 *
 * @param least - the fewest days that may be asked for, and why where it is more than one.
 * @throws {SignerFault} `USAGE` where it is no whole number of days, or too few.
 */
export function keptMs(
  keepDays: number,
  least: { readonly days: number; readonly because?: string } = { days: 1 },
): number {
  if (Number.isSafeInteger(keepDays) && keepDays >= least.days) return keepDays * dayMs
  const why = least.because === undefined ? '' : `: ${least.because}`
  const expected = `--keep-days as a whole number from ${least.days} on${why}`
  throw new SignerFault({ code: 'USAGE', expected })
}
