import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { type Pairing, PairingError } from '../../pairing/pairing.ts'
import type { Platform } from '../../platform/platform.ts'
import { ask, type Seen, type Step } from '../../walk/asking.ts'
import { ChapterStopped } from '../../walk/honest.ts'
import type { StepResult } from '../../walk/step.ts'
import type { Dispatcher } from '../../webhook/dispatcher.ts'
import type { Attack, HostileRequest, Scheme, Sequence } from './attack.ts'
import { haulSince, markNow } from './haul.ts'
import { absentOwner } from './owner.ts'
import { NotPlayed, type Owner, type Stage } from './stage.ts'

/** A signer under attack: where it listens, its public keys, and what its owner can do. */
export type AttackSubject = {
  readonly platform: Platform
  readonly dispatcher: Dispatcher
  readonly pairing: Pairing
  readonly owner?: Owner
  /** Makes the counterparties' keys and the thief's. Default: fresh entropy. */
  readonly seed?: Uint8Array
  /** How long an accepted event may go without its mutation, in milliseconds. Default 2,000. */
  readonly answerTimeoutMs?: number
}

/**
 * How an attack ended. `refused`: the prize stayed, for the right reason, and the channel lives.
 * `given-away`: the prize came out. `other-reason`: refused, but no expected rule was named.
 * `spoilt`: the honest part before it was not answered. `stuck`: the honest life did not go on.
 * `not-played`: the thief lacks something that signers do not show.
 */
export type AttackOutcome =
  | 'refused'
  | 'given-away'
  | 'other-reason'
  | 'spoilt'
  | 'stuck'
  | 'not-played'

/** One line of the report of an attack. */
export type AttackResult = {
  readonly name: string
  readonly outcome: AttackOutcome
  /** Whether it is what a validating signer owes. */
  readonly ok: boolean
  /** The rules and codes that the refusals named. */
  readonly tags: readonly string[]
  readonly note: string
  readonly durationMs: number
}

/** One line of the report of an honest sequence. */
export type SequenceResult = {
  readonly name: string
  readonly ok: boolean
  /** Whether it could be played with what the owner lets be done. */
  readonly played: boolean
  readonly steps: number
  readonly note: string
  readonly durationMs: number
}

/** Plays attacks and sequences on one signer, each with channels of its own. */
export type Theatre = {
  readonly attack: (attack: Attack) => Promise<AttackResult>
  readonly sequence: (sequence: Sequence) => Promise<SequenceResult>
}

/** Prepares a signer for attacks; they must be played one after the other. */
export async function openTheatre(subject: AttackSubject): Promise<Theatre> {
  const { platform, dispatcher, pairing } = subject
  const secp256k1 = await loadSecp256k1('auto')
  const node = platform.createNode({ network: pairing.network, publicKey: pairing.nodeId })
  const seed = subject.seed ?? platform.environment.random(32)
  const channels = pairing.channels.values()
  const steps: StepResult[] = []
  const stageOf = (chapter: string): Stage => ({
    chapter,
    pairing,
    secp256k1,
    seed,
    owner: subject.owner ?? absentOwner,
    nextChannel: () => {
      const { value } = channels.next()
      if (value === undefined) throw new PairingError('channels: expected more of them')
      return value
    },
    context: {
      platform,
      dispatcher,
      node,
      answerTimeoutMs: subject.answerTimeoutMs ?? 2_000,
      signal: new AbortController().signal,
      report: (step) => steps.push(step),
    },
  })
  const timed = async <T extends object>(play: () => Promise<T>) => {
    const from = platform.environment.nowMicros()
    const result = await play()
    return { ...result, durationMs: (platform.environment.nowMicros() - from) / 1000 }
  }
  const lastNote = () => {
    const last = steps.at(-1)
    return last === undefined ? '' : [last.note, ...last.tags].join('; ')
  }
  return {
    attack: (attack) =>
      timed(async () => ({
        name: attack.name,
        ...(await playAttack(stageOf(attack.name), attack, lastNote)),
      })),
    sequence: (sequence) =>
      timed(async () => {
        const from = steps.length
        const failed = await stopped(sequence.play(stageOf(sequence.name)))
        const note = failed === undefined ? '' : `${failed.message}: ${lastNote()}`
        const played = !(failed instanceof NotPlayed)
        const { name } = sequence
        return { name, ok: failed === undefined, played, steps: steps.length - from, note }
      }),
  }
}

type Finding = Pick<AttackResult, 'outcome' | 'ok' | 'tags' | 'note'>

async function playAttack(stage: Stage, attack: Attack, lastNote: () => string): Promise<Finding> {
  const mark = markNow(stage)
  const prepared: { scheme?: Scheme } = {}
  const spoilt = await stopped(
    attack.play(stage).then((scheme) => {
      prepared.scheme = scheme
    }),
  )
  const { scheme } = prepared
  if (scheme === undefined) {
    const note = `${spoilt?.message}: ${lastNote()}`
    const outcome = spoilt instanceof NotPlayed ? 'not-played' : 'spoilt'
    return { outcome, ok: false, tags: [], note }
  }
  const seen = await send(stage, scheme)
  const tags = [...new Set(seen.flatMap((each) => each.tags))]
  if (scheme.target(haulSince(stage, mark))) {
    return { outcome: 'given-away', ok: false, tags, note: attack.prize }
  }
  const { expectedTags } = attack
  const isNamed = attack.isOfTheWire
    ? seen.some(isRefusal)
    : expectedTags.length === 0 ||
      seen.some((each) => isRefusal(each) && each.tags.some((tag) => expectedTags.includes(tag)))
  if (!isNamed) {
    const statuses = seen.map(({ status }) => status ?? '-').join(', ')
    const note = `status ${statuses}, not refused by ${expectedTags.join(' or ')}`
    return { outcome: 'other-reason', ok: false, tags, note }
  }
  const stuck = await stopped(scheme.goOn())
  if (stuck !== undefined) {
    return { outcome: 'stuck', ok: false, tags, note: `${stuck.message}: ${lastNote()}` }
  }
  return { outcome: 'refused', ok: true, tags, note: '' }
}

async function send(stage: Stage, scheme: Scheme): Promise<readonly Seen[]> {
  const send = (request: HostileRequest) => ask(stage.context, hostileStep(stage, request))
  if (scheme.atOnce) return Promise.all(scheme.requests.map(send))
  const seen: Seen[] = []
  for (const request of scheme.requests) seen.push(await send(request))
  return seen
}

function hostileStep({ chapter }: Stage, request: HostileRequest): Step {
  return {
    chapter,
    name: 'hostile request',
    kind: 'hostile',
    ...request,
    judge: () => ({ outcome: 'refused', ok: true, note: '' }),
  }
}

/** The mutation that declines, a 4xx, or a hold: no answer yet, with the rule that withholds it. */
function isRefusal({ mutation, status, tags }: Seen): boolean {
  if (status === undefined) return false
  if (status >= 400) return status < 500 || (status === 503 && tags.length > 0)
  return mutation?.operation === 'decline_to_sign_messages'
}

/** What stopped a play: a step that was not answered, a thing that is missing; else undefined. */
async function stopped(play: Promise<unknown>): Promise<Error | undefined> {
  try {
    await play
    return undefined
  } catch (error) {
    if (error instanceof ChapterStopped || error instanceof NotPlayed) return error
    throw error
  }
}
