import { readCapture } from '../capture/read-capture.ts'
import { type Difference, type ReplayReport, replay, type Said } from '../replay/replay.ts'
import { type ReplayFlags, setUpReplay } from './replay-setup.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden policy replay`. */
export type PolicyReplayFlags = ReplayFlags & {
  /** The policy to try. */
  readonly policy: string
  /** The one it is compared with; the configured one by default. */
  readonly against?: string
  readonly json?: boolean
}

/** `boltwarden policy replay`: what another policy would have decided of recorded events. */
export async function runPolicyReplay(
  capture: string,
  flags: PolicyReplayFlags,
  terminal: Terminal,
): Promise<void> {
  const setup = await setUpReplay(flags, terminal)
  try {
    await using before = setup.newWorld()
    await using after = setup.newWorld()
    const sides = {
      before: { policy: await setup.policy(flags.against), world: before },
      after: { policy: await setup.policy(flags.policy), world: after },
    }
    const report = await replay(readCapture(capture), sides, setup.ports)
    setup.finish()
    const policies = { before: sides.before.policy.hash, after: sides.after.policy.hash }
    print(terminal, flags.json, { ...report, policies }, describe(report))
  } finally {
    setup.dispose()
  }
}

function describe(report: ReplayReport): string {
  const { judged, skipped, withoutNonce, unlikeRecorded, verdicts, differences } = report
  const note = (count: number, text: string) => (count === 0 ? '' : `${count} ${text}\n`)
  return [
    `${judged} events judged under both policies, ${skipped} not about signing or malformed\n`,
    ...Object.entries(verdicts).map(
      ([change, count]) => `${String(count).padStart(7)}  ${change}\n`,
    ),
    note(
      unlikeRecorded,
      'were recorded with another verdict: the state began elsewhere, see --state',
    ),
    note(
      withoutNonce,
      'payment hashes without the nonce that was issued: their preimages cannot be judged as they were',
    ),
    differences.length === 0 ? 'no difference\n' : '\n',
    ...differences.map(describeDifference),
  ].join('')
}

function describeDifference({ line, event, request, before, after }: Difference): string {
  return `line ${line}, ${request} ${event}\n  before: ${describeSaid(before)}  after:  ${describeSaid(after)}`
}

function describeSaid({ verdict, violations }: Said): string {
  const shown = violations.slice(0, maxViolations)
  const more = violations.length - shown.length
  return [
    `${verdict}\n`,
    ...shown.map(({ tag, message }) => `    ${tag}: ${message}\n`),
    more > 0 ? `    and ${more} more\n` : '',
  ].join('')
}

const maxViolations = 5
