import type { Step } from '../../walk/asking.ts'
import type { Stage } from './stage.ts'
import type { Target } from './target.ts'

/** What attacks of one kind aim at; each has a file. */
export const families = [
  'digests',
  'keys',
  'secrets',
  'commitment-balances',
  'commitment-numbers',
  'commitment-shapes',
  'htlcs',
  'holder-commitments',
  'closings',
  'sweeps',
  'justice',
  'onchain',
  'limits',
  'invoices',
  'deliveries',
  'races',
  'batches',
] as const

/** One of {@link families}. */
export type Family = (typeof families)[number]

/** How the signer under attack must be set up, where the defaults are not what is attacked. */
export const ownerPolicies = [
  'default',
  'receive-only',
  'intents',
  'limits',
  'limits-at-once',
  'dust',
] as const

/** One of {@link ownerPolicies}. */
export type OwnerPolicy = (typeof ownerPolicies)[number]

/** A request of a thief's: an event, perhaps with a forged body or signature. */
export type HostileRequest = Pick<Step, 'entityId' | 'data' | 'event' | 'forgery' | 'answeredFor'>

/** What a thief does once the honest part is over, and how it is seen whether it worked. */
export type Scheme = {
  /** Sent one after the other. */
  readonly requests: readonly HostileRequest[]
  /** Sent at once instead, each on a connection of its own. */
  readonly atOnce?: boolean
  readonly target: Target
  /** The honest life that must go on afterwards; throws where it does not. */
  readonly goOn: () => Promise<unknown>
}

/** One way to rob a signer. */
export type Attack = {
  /** Kebab case, unique. */
  readonly name: string
  /** What the thief does and what for, in one sentence. */
  readonly story: string
  /**
   * The rules or codes of which a refusal must name one. None: the request is honest in form, and
   * must be answered without giving the prize away.
   */
  readonly expectedTags: readonly string[]
  /** What a blind signer gives away. */
  readonly prize: string
  readonly policy?: OwnerPolicy
  /** Whatever server reads the body refuses it, a blind signer too: counted apart. */
  readonly isOfTheWire?: true
  /** Plays the honest part, and says what is to follow. */
  readonly play: (stage: Stage) => Promise<Scheme>
}

/** Honest traffic of which nothing may be refused. */
export type Sequence = {
  readonly name: string
  readonly story: string
  readonly policy?: OwnerPolicy
  /** Throws where an answer is missing or wrong. */
  readonly play: (stage: Stage) => Promise<unknown>
}
