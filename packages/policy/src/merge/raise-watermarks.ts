import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { ok } from '@boltwarden/core/result'
import { commitmentIndex } from '@boltwarden/core/units'
import { type ChannelState, unsignedChannel } from '../state/channel-state.ts'
import { conflicting, lower, type Merged } from './conflict.ts'

/** How far a channel has come, and nothing else of it. */
export type Watermarks = Pick<
  ChannelState,
  'channel' | 'id' | 'node' | 'lowestPoint' | 'lastReleased'
>

/** What a channel has of them. */
export function watermarksOf(state: ChannelState): Watermarks {
  const { channel, id, node, lowestPoint, lastReleased } = state
  return { channel, id, node, lowestPoint, ...(lastReleased !== undefined && { lastReleased }) }
}

/**
 * A channel once it is known that it came at least so far. One that is not remembered is let in as one
 * that was adopted: what was signed in it before is not known.
 */
export function raiseWatermarks(
  ours: ChannelState | undefined,
  marks: Watermarks,
): Merged<ChannelState> {
  if (ours === undefined) {
    return ok({
      ...marks,
      origin: 'adopted',
      counterpartySecrets: emptyCounterpartySecrets,
      ...unsignedChannel,
    })
  }
  for (const name of ['channel', 'id', 'node'] as const) {
    if (ours[name] !== marks[name]) {
      return conflicting(`${name} is ${ours[name]} here, and ${marks[name]} there`)
    }
  }
  const lastReleased = lower(ours.lastReleased, marks.lastReleased)
  return ok({
    ...ours,
    lowestPoint: commitmentIndex(Math.min(ours.lowestPoint, marks.lowestPoint)),
    ...(lastReleased !== undefined && { lastReleased }),
  })
}
