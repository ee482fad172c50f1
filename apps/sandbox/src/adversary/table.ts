import { coloured, type Paint, plain } from '../walk/table.ts'
import type { Attack, Family, Sequence } from './stage/attack.ts'
import type { AttackOutcome, AttackResult, SequenceResult } from './stage/play.ts'

const marks: Readonly<Record<AttackOutcome, string>> = {
  refused: 'refused',
  'given-away': 'GIVEN AWAY',
  'other-reason': 'REFUSED?',
  spoilt: 'SPOILT',
  stuck: 'STUCK',
  'not-played': 'not played',
}

/** Colours for a terminal, none for a file. */
export function paintFor(isTerminal: boolean): Paint {
  return isTerminal ? coloured : plain
}

/** One attack as a line; what it was is told where it went wrong. */
export function attackLine(result: AttackResult, paint: Paint = plain): string {
  const { outcome, ok, name, tags, note, durationMs } = result
  const told = ok ? tags.join(', ') : [note, ...tags].filter((text) => text !== '').join('; ')
  const colour = ok ? 'green' : outcome === 'not-played' ? 'dim' : 'red'
  return line(paint(colour, marks[outcome].padEnd(markWidth)), durationMs, name, told)
}

/** One honest sequence as a line. */
export function sequenceLine(result: SequenceResult, paint: Paint = plain): string {
  const { ok, played, name, steps, note, durationMs } = result
  const word = ok ? 'answered' : played ? 'NOT ANSWERED' : 'not played'
  const mark = paint(ok ? 'green' : played ? 'red' : 'dim', word.padEnd(markWidth))
  return line(mark, durationMs, name, ok ? `${steps} requests` : note)
}

const markWidth = 12

function line(mark: string, durationMs: number, name: string, told: string): string {
  return `${mark} ${durationMs.toFixed(0).padStart(6)}  ${name.padEnd(42)} ${told}`.trimEnd()
}

/** What was attacked in how many ways, and with what success. */
export function summaryOf(
  attacks: readonly AttackResult[],
  sequences: readonly SequenceResult[],
): string {
  const count = (outcome: AttackOutcome) =>
    attacks.filter((each) => each.outcome === outcome).length
  const played = attacks.length - count('not-played')
  const wrong = attacks.filter(({ ok, outcome }) => !ok && outcome !== 'not-played').length
  const answered = sequences.filter(({ ok }) => ok).length
  const asked = sequences.filter((each) => each.played).length
  return (
    `${played} attacks: ${count('refused')} refused, ${count('given-away')} gave something away, ` +
    `${wrong - count('given-away')} otherwise wrong; ` +
    `${answered} of ${asked} honest sequences answered`
  )
}

/** An attack or sequence as the list shows it. */
export function listLine(entry: readonly [Family, Attack] | Sequence): string {
  if ('play' in entry) return `${entry.name.padEnd(46)} ${entry.story}`
  const [family, { name, story }] = entry
  return `${`${family}/${name}`.padEnd(64)} ${story}`
}
