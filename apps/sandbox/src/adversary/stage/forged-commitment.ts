import type { JobDraft } from '../../channel/job.ts'
import type { LiveChannel } from '../../walk/asks/exchange.ts'
import type { Attack } from './attack.ts'
import { type ChannelPlan, goOn, live } from './channels.ts'
import { signing } from './requests.ts'
import type { Stage } from './stage.ts'
import { signed } from './target.ts'

/** A live channel, and one batch of jobs about it of which the first must not be signed. */
export type ForgedCommitment = Pick<Attack, 'name' | 'story' | 'expectedTags' | 'prize'> & {
  readonly channel?: ChannelPlan
  /** What happens honestly between the opening and the request. */
  readonly before?: (stage: Stage, channel: LiveChannel) => Promise<LiveChannel>
  readonly forge: (stage: Stage, channel: LiveChannel) => readonly JobDraft[]
}

/** The attack that asks for those jobs. */
export function forgedCommitment(forged: ForgedCommitment): Attack {
  const { channel: plan, before, forge, ...words } = forged
  return {
    ...words,
    play: async (stage) => {
      const alive = await live(stage, plan)
      const channel = before === undefined ? alive : await before(stage, alive)
      const drafts = forge(stage, channel)
      const [first] = drafts
      if (first === undefined) throw new TypeError('"drafts" expected at least one')
      return {
        requests: [signing(stage, channel.terms.channelId, drafts)],
        target: signed(first),
        goOn: goOn(stage, channel),
      }
    },
  }
}
