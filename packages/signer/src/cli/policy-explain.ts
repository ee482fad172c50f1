import { readFileSync } from 'node:fs'
import { parseLine } from '../capture/line.ts'
import { SignerFault, systemReason } from '../fault.ts'
import { type Explanation, explain, type RuleOutcome } from '../replay/explain.ts'
import { type ReplayFlags, setUpReplay } from './replay-setup.ts'
import { paint, print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden policy explain`. */
export type PolicyExplainFlags = ReplayFlags & {
  readonly policy?: string
  /** Shows what was compared, and rules that had nothing to say. */
  readonly facts?: boolean
  readonly json?: boolean
}

/** `boltwarden policy explain`: what a policy decides of an event, rule by rule. */
export async function runPolicyExplain(
  file: string,
  flags: PolicyExplainFlags,
  terminal: Terminal,
): Promise<void> {
  const event = readEvent(file)
  const setup = await setUpReplay(flags, terminal)
  try {
    const policy = await setup.policy(flags.policy)
    await using world = setup.newWorld()
    const told = await explain(event, world, policy, setup.ports)
    setup.finish()
    const text = 'reason' in told ? `not judged: ${told.reason}\n` : describe(told, flags, terminal)
    print(terminal, flags.json, told, text)
  } finally {
    setup.dispose()
  }
}

function readEvent(file: string) {
  try {
    const event = parseLine(readFileSync(file, 'utf8').trim())
    if (event !== undefined) return event
  } catch (cause) {
    throw new SignerFault(
      { code: 'CAPTURE_UNREADABLE', file, reason: systemReason(cause) },
      { cause },
    )
  }
  throw new SignerFault({ code: 'CAPTURE_UNREADABLE', file, reason: 'it is not one event' })
}

const marks = {
  passed: ['green', 'ok   '],
  warn: ['yellow', 'warn '],
  hold: ['yellow', 'HOLD '],
  error: ['red', 'ERROR'],
} as const

function describe(told: Explanation, { facts }: PolicyExplainFlags, terminal: Terminal): string {
  const repeated = told.repeated ? ', as it was decided before' : ''
  const style = told.verdict === 'sign' ? 'green' : 'red'
  const compared = { facts: told.facts, remembered: told.remembered }
  return [
    `${told.request} ${told.event}, ${told.received_at}\n`,
    `${paint(terminal, style, told.verdict)}${repeated}, by policy ${told.policy.slice(0, 16)}\n\n`,
    ...told.rules.map((rule) => describeRule(rule, terminal)),
    facts === true ? `\n${JSON.stringify(compared, null, 2)}\n` : '',
  ].join('')
}

function describeRule(
  { tag, outcome, mandatory, findings }: RuleOutcome,
  terminal: Terminal,
): string {
  const [style, mark] = marks[outcome]
  const shown = findings.slice(0, maxFindings)
  const more = findings.length - shown.length
  return [
    `${paint(terminal, style, mark)} ${tag}${mandatory ? ' (mandatory)' : ''}\n`,
    ...shown.map(
      ({ message, job }) => `        ${job === undefined ? '' : `${job}: `}${message}\n`,
    ),
    more > 0 ? `        and ${more} more\n` : '',
  ].join('')
}

const maxFindings = 10
