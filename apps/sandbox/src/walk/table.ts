import type { Outcome, StepResult, WalkReport } from './step.ts'

const marks: Readonly<Record<Outcome, string>> = {
  verified: 'verified',
  refused: 'refused',
  failed: 'FAILED',
  extracted: 'GIVEN AWAY',
}

/** Wraps a text in colour codes, or leaves it as it is. */
export type Paint = (colour: 'green' | 'red' | 'dim', text: string) => string

/** No colours: for files and pipes. */
export const plain: Paint = (_colour, text) => text

const codes = { green: 32, red: 31, dim: 2 } as const

/** ANSI colours, for terminals. */
export const coloured: Paint = (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m`

/** The heading of a walk's table. */
export function headLine(paint: Paint = plain): string {
  return paint('dim', columns('result', 'http', 'ms', 'step', 'answer'))
}

/** One step as a line of the table; a new chapter starts with its title. */
export function stepLines(
  step: StepResult,
  previous: StepResult | undefined,
  paint: Paint = plain,
): readonly string[] {
  const mark = step.ok || step.outcome !== 'refused' ? marks[step.outcome] : 'REFUSED?'
  const colour = step.ok ? 'green' : 'red'
  const line = columns(
    mark,
    step.status === undefined ? '-' : String(step.status),
    step.latencyMs.toFixed(1),
    step.name,
    answerOf(step),
  )
  const painted = paint(colour, line.slice(0, widths[0])) + line.slice(widths[0])
  const title = step.chapter === previous?.chapter ? [] : ['', paint('dim', step.chapter)]
  return [...title, painted]
}

function answerOf(step: StepResult): string {
  if (!step.ok) return [step.note, ...step.tags].join('; ')
  if (step.kind === 'hostile') return step.tags.join(', ') || step.note
  return step.note
}

/** The last lines: counts, and slow or fast. */
export function summaryLines(report: WalkReport, paint: Paint = plain): readonly string[] {
  const latencies = report.steps.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0
  const counts =
    `${report.steps.length} steps: ${report.verified} answers verified, ` +
    `${report.refused} requests refused as they must be, ${report.wrong} wrong`
  const timings = `webhook latency p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms; `
  return [
    '',
    paint(report.ok ? 'green' : 'red', counts),
    `${timings}${(report.durationMs / 1000).toFixed(1)} s in all`,
  ]
}

const widths = [11, 5, 8, 52] as const

function columns(mark: string, status: string, ms: string, name: string, rest: string): string {
  const [a, b, c, d] = widths
  return `${mark.padEnd(a)}${status.padEnd(b)}${ms.padStart(c - 2)}  ${name.padEnd(d)} ${rest}`
}
