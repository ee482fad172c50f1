import type { Asked } from './asking.ts'
import type { Taken } from './taking.ts'
import type { Victim } from './victim.ts'

/** What came of an attack. */
export type Outcome = {
  /** Deliveries that were no honest ones. */
  readonly sequences: readonly number[]
  /** What the signer's refusals name. */
  readonly rules: readonly string[]
  /** Undefined where the signer gave nothing of use. */
  readonly taken: Taken | undefined
  /** Whether the platform has got by now what it asked for: an answer may come late. */
  readonly isOut: () => boolean
}

/** One thing that a hostile platform does to a channel in use, together with the channel's peer. */
export type EvilAttack = {
  /** Kebab case, unique. */
  readonly name: string
  /** What it does and what for, in one sentence. */
  readonly story: string
  /** The rules or codes of which our signer's refusal must name one. */
  readonly refusedBy: readonly string[]
  /** The channel is closed before, honestly, by force: its money comes home where nothing is taken. */
  readonly endsChannel?: true
  readonly play: (victim: Victim) => Promise<Outcome>
}

/** What follows where a question was answered; where it was not, nothing is lost. */
export async function useIfGot<T>(
  asked: Asked<T>,
  use: (got: T) => Promise<Taken>,
): Promise<Outcome> {
  const got = asked.got()
  return {
    sequences: [asked.sequence],
    rules: asked.rules,
    taken: got === undefined ? undefined : await use(got),
    isOut: () => asked.got() !== undefined,
  }
}
