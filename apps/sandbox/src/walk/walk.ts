import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { type ChannelKeys, type Pairing, PairingError } from '../pairing/pairing.ts'
import type { Platform } from '../platform/platform.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'
import { playBreach } from './chapters/breach.ts'
import { playForceClose } from './chapters/force-close.ts'
import { playHostility } from './chapters/hostility.ts'
import { playLegacy } from './chapters/legacy.ts'
import { playPaying } from './chapters/paying.ts'
import { ChapterStopped } from './honest.ts'
import type { Player, Scene } from './player.ts'
import type { StepResult, WalkReport } from './step.ts'

/** The signer that is walked with: where it listens, and its public keys. */
export type WalkSubject = {
  readonly platform: Platform
  readonly dispatcher: Dispatcher
  readonly pairing: Pairing
}

export type WalkOptions = {
  /** Makes the counterparties' keys; the same seed gives the same keys. Default: fresh entropy. */
  readonly seed?: Uint8Array
  /** How long an accepted event may go without its mutation, in milliseconds. Default 10,000. */
  readonly answerTimeoutMs?: number
  readonly signal?: AbortSignal
  readonly onStep?: (step: StepResult) => void
}

/** How many channels of the pairing one walk uses up. */
export const channelsPerWalk = 4

/**
 * Plays a node's life against a signer, honest requests and forbidden ones, and checks every
 * answer with curve code that is not the signer's.
 *
 * A walk uses the first {@link channelsPerWalk} channels of the pairing, which must be new to the
 * signer.
 *
 * @throws {PairingError} if the pairing has too few channels.
 */
export async function walk(subject: WalkSubject, options: WalkOptions = {}): Promise<WalkReport> {
  const { platform, pairing } = subject
  const [paying, breach, forceClose, hostility] = walkChannels(pairing)
  const started = platform.environment.nowMicros()
  const steps: StepResult[] = []
  const { network, nodeId: publicKey } = pairing
  const player: Player = {
    pairing,
    secp256k1: await loadSecp256k1('auto'),
    seed: options.seed ?? platform.environment.random(32),
    context: {
      platform,
      dispatcher: subject.dispatcher,
      node: platform.createNode({ network, publicKey }),
      answerTimeoutMs: options.answerTimeoutMs ?? 10_000,
      signal: options.signal ?? new AbortController().signal,
      report: (step) => {
        steps.push(step)
        options.onStep?.(step)
      },
    },
  }
  const chapters: readonly (readonly [string, (scene: Scene) => Promise<void>])[] = [
    ['A channel of our own, a payment out, a cooperative close', (s) => playPaying(s, paying)],
    ['An anchor channel, payments in, a breach', (s) => playBreach(s, breach)],
    ['A force close with a payment under way', (s) => playForceClose(s, forceClose)],
    ['A node of the older kind', playLegacy],
    ['What must be refused', (s) => playHostility(s, hostility)],
  ]
  let stopped = 0
  for (const [chapter, play] of chapters) {
    if (!(await played(play({ ...player, chapter })))) stopped++
  }
  const durationMs = (platform.environment.nowMicros() - started) / 1000
  return summarise(steps, stopped === 0, durationMs)
}

/**
 * The channels of a pairing that a walk uses.
 *
 * @throws {PairingError} if they are too few.
 */
export function walkChannels({
  channels,
}: Pairing): readonly [ChannelKeys, ChannelKeys, ChannelKeys, ChannelKeys] {
  const [a, b, c, d] = channels
  if (a && b && c && d) return [a, b, c, d]
  throw new PairingError(`channels: expected at least ${channelsPerWalk}`)
}

/** A chapter whose step failed ends there: what follows is built on the missing answer. */
async function played(chapter: Promise<void>): Promise<boolean> {
  try {
    await chapter
    return true
  } catch (error) {
    if (error instanceof ChapterStopped) return false
    throw error
  }
}

function summarise(
  steps: readonly StepResult[],
  complete: boolean,
  durationMs: number,
): WalkReport {
  const wrong = steps.filter(({ ok }) => !ok).length
  return {
    ok: complete && wrong === 0,
    steps,
    verified: steps.filter(({ outcome, ok }) => ok && outcome === 'verified').length,
    refused: steps.filter(({ outcome, ok }) => ok && outcome === 'refused').length,
    wrong,
    durationMs,
  }
}
