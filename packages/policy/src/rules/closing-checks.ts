import type { ClosingFacts } from '../channel/closing-facts.ts'
import { duesOf, highestDustLimit } from '../channel/dues.ts'
import type { ChannelState } from '../state/channel-state.ts'
import type { CounterpartyCommitment } from '../state/commitment-record.ts'
import { type Opener, openerOf } from '../state/funding.ts'
import type { Rule, RuleContext } from './rule.ts'

/** A check of each closing transaction, beside the counterparty's commitment that was signed last. */
export function eachClosing(
  check: (
    closing: ClosingFacts,
    last: CounterpartyCommitment | undefined,
    context: RuleContext,
  ) => readonly string[],
): Rule['check'] {
  return (context) =>
    context.facts.channels.closings.flatMap((closing) => {
      const last = context.view.channels.get(closing.channel)?.commitments.at(-1)
      return check(closing, last, context).map((message) => ({
        message,
        job: closing.job.job.id,
      }))
    })
}

/** The sequence of a close whose fee is that of who asked for it, by BOLT 2's `closing_complete`. */
const closerPays = 0xffff_fffd

/** What a close leaves us short of, by who may pay its fee; undefined for who cannot. */
export type Shortfall = {
  readonly ifCounterpartyPays: bigint | undefined
  readonly ifHolderPays: bigint | undefined
  /** Whether we pay only if we opened the channel, of which nothing else is known. */
  readonly isDoubtful: boolean
}

/**
 * What a close leaves us short of. Its fee is that of who opened the channel, whose is also what the
 * last commitment held for its own fee and for anchors.
 *
 * @param paid - what the close pays us.
 */
export function shortfallOf(
  closing: ClosingFacts,
  paid: bigint,
  last: CounterpartyCommitment,
  state: ChannelState | undefined,
): Shortfall {
  const { toHolderSats, withFeeSats } = duesOf(last)
  const opener = openerOfClose(state)
  const withFee = paid + (closing.feeSats > 0n ? closing.feeSats : 0n)
  const isAsker = closing.input.sequence === closerPays
  const alone = toHolderSats < highestDustLimit ? 0n : toHolderSats - paid
  if (opener === 'holder') return sure({ ifHolderPays: withFeeSats - withFee })
  if (isAsker) return sure({ ifHolderPays: toHolderSats - withFee })
  if (opener === 'counterparty') return sure({ ifCounterpartyPays: alone })
  return {
    ifCounterpartyPays: alone,
    ifHolderPays: withFeeSats - withFee,
    isDoubtful: opener === 'probably-counterparty',
  }
}

function sure(known: Partial<Shortfall>): Shortfall {
  return { ifCounterpartyPays: undefined, ifHolderPays: undefined, isDoubtful: false, ...known }
}

function openerOfClose(state: ChannelState | undefined): Opener {
  return state?.funding === undefined ? 'unknown' : openerOf(state.funding)
}

/** Whether a balance is nothing, once the fee of the close is paid of it where it may be ours. */
export function isDust(
  { feeSats, input }: ClosingFacts,
  last: CounterpartyCommitment,
  state: ChannelState | undefined,
): boolean {
  const { toHolderSats, withFeeSats } = duesOf(last)
  const opener = openerOfClose(state)
  const isOurs = opener === 'holder' || opener === 'unknown' || input.sequence === closerPays
  const fee = isOurs && feeSats > 0n ? feeSats : 0n
  return (opener === 'holder' ? withFeeSats : toHolderSats) - fee < highestDustLimit
}
