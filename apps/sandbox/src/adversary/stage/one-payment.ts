import { commitmentJob, htlcJobs } from '../../channel/commitment.ts'
import type { LiveChannel } from '../../walk/asks/exchange.ts'
import { htlc, live, theirs, withHtlcs } from './channels.ts'
import { signing } from './requests.ts'
import type { Stage } from './stage.ts'

/** A payment of ours on a channel of its own. */
export async function onePayment(stage: Stage, sats: bigint, name: string) {
  const channel: LiveChannel = await live(stage)
  const { terms } = channel
  const balances = withHtlcs(channel.balances, htlc(stage, 'holder', sats, name))
  const commitment = theirs(stage, channel, { balances })
  const draft = commitmentJob(terms, commitment)
  const request = signing(stage, terms.channelId, [draft, ...htlcJobs(terms, commitment)])
  return { channel, sats, draft, request }
}
