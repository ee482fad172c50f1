/** One side of a comparison: does the work once. */
export type Contestant = { readonly name: string; readonly run: (round: number) => unknown }

/** What one contestant took for one piece of work, in microseconds. */
export type Timing = {
  readonly name: string
  readonly opsPerSecond: number
  readonly p50Micros: number
  readonly p99Micros: number
  readonly samples: number
}

/**
 * Times the contestants in turns, so that whatever else the machine does hits all alike: round by
 * round each runs once, and the order turns from round to round.
 */
export async function interleave(
  contestants: readonly Contestant[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<readonly Timing[]> {
  const samples = contestants.map((): number[] => [])
  for (let round = 0; round < rounds + warmUp; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const at = (round + turn) % contestants.length
      const started = performance.now()
      await contestants[at]?.run(round)
      const micros = (performance.now() - started) * 1000
      if (round >= warmUp) samples[at]?.push(micros)
    }
  }
  return contestants.map(({ name }, at) => summarise(name, samples[at] ?? []))
}

/** Percentiles and rate of some durations in microseconds. */
export function summarise(name: string, micros: readonly number[]): Timing {
  const sorted = micros.toSorted((a, b) => a - b)
  const total = sorted.reduce((sum, value) => sum + value, 0)
  const percentile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return {
    name,
    opsPerSecond: round1((sorted.length / total) * 1_000_000),
    p50Micros: round1(percentile(0.5)),
    p99Micros: round1(percentile(0.99)),
    samples: sorted.length,
  }
}

/** One decimal is more than such a measurement can carry. */
export function round1(value: number): number {
  return Math.round(value * 10) / 10
}
