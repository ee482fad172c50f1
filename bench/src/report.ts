import { round1, type Timing } from './interleave.ts'

/** Contestants that were timed in turns on the same work. */
export type Comparison = {
  readonly name: string
  /** Whose median the others' ratios are of. */
  readonly baseline?: string
  readonly timings: readonly Timing[]
}

/** A comparison as lines of text: rate, percentiles, and how many times faster than the baseline. */
export function table(title: string, comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ name, baseline, timings }) =>
    timings.map((timing) => [
      name,
      timing.name,
      timing.opsPerSecond.toLocaleString('en-US'),
      `${timing.p50Micros} µs`,
      `${timing.p99Micros} µs`,
      ratio(timing, timings, baseline),
    ]),
  )
  return columns(title, ['work', 'by', 'ops/s', 'p50', 'p99', 'times faster'], rows)
}

/** Rows under their headings, the first two columns to the left. */
export function columns(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = header.map((text, column) =>
    Math.max(text.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row.map((text, at) => (at < 2 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
  return [title, ...[header, ...rows].map((row) => `  ${line(row).join('  ')}`)].join('\n')
}

function ratio(timing: Timing, timings: readonly Timing[], baseline: string | undefined): string {
  const base = timings.find((candidate) => candidate.name === baseline)
  if (base === undefined || base === timing) return ''
  return `${round1(base.p50Micros / timing.p50Micros)}×`
}
