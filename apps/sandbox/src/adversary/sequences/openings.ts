import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import type { Side } from '../../channel/terms.ts'
import { askPoint } from '../../walk/asks/commitment-asks.ts'
import { askCommitment, exchange } from '../../walk/asks/exchange.ts'
import type { Sequence } from '../stage/attack.ts'
import { live, opened } from '../stage/channels.ts'

function opening(
  name: string,
  story: string,
  plan: { readonly type: CommitmentType; readonly opener: Side; readonly holderSats?: bigint },
): Sequence {
  return { name, story, play: (stage) => live(stage, plan) }
}

/** Channels come into being, and what nodes ask again and again. */
export const openings: readonly Sequence[] = [
  opening('opened-by-us', 'We open a channel without anchors and fund it.', {
    type: 'static-remotekey',
    opener: 'holder',
  }),
  opening('opened-by-us-with-anchors', 'We open an anchor channel and fund it.', {
    type: 'anchors',
    opener: 'holder',
  }),
  opening('opened-by-them', 'The other side opens a channel without anchors and gives us a part.', {
    type: 'static-remotekey',
    opener: 'counterparty',
  }),
  opening(
    'opened-by-them-with-anchors',
    'The other side opens an anchor channel and gives us a part.',
    {
      type: 'anchors',
      opener: 'counterparty',
    },
  ),
  opening('opened-with-a-push', 'We open a channel and give the other side a part at once.', {
    type: 'static-remotekey',
    opener: 'holder',
    holderSats: 800_000n,
  }),
  opening('zero-balance', 'A channel in life while our balance is zero.', {
    type: 'static-remotekey',
    opener: 'counterparty',
    holderSats: 0n,
  }),
  opening('zero-balance-with-anchors', 'An anchor channel in life while our balance is zero.', {
    type: 'anchors',
    opener: 'counterparty',
    holderSats: 0n,
  }),
  {
    name: 'points-again-and-again',
    story: 'Points are asked for repeatedly, and those already used again after a reconnect.',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      for (const number of [1, 2, 2, 1, 2, 0, 2]) await askPoint(stage, terms, number)
      await exchange(stage, channel, 'holder', channel.balances)
    },
  },
  {
    name: 'first-commitment-twice',
    story: 'The connection breaks after the first commitment, which is asked for once more.',
    play: async (stage) => {
      const channel = await opened(stage, { opener: 'holder' })
      await askCommitment(stage, channel.terms, channel.number, channel.balances)
      const at = await exchange(stage, channel, 'holder', channel.balances)
      await exchange(stage, at, 'counterparty', at.balances)
    },
  },
]
