import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import type { Intent } from '@boltwarden/policy/state/intent'

/** What the row of an adopted channel says of it. */
export function adoptedDetail({ channel, id }: Pick<ChannelState, 'channel' | 'id'>): string {
  return `m/3/${channel} ${id}`
}

/** What the row of an intent says of it. */
export function intentDetail(intent: Intent): string {
  const { kind, id } = intent
  const amount = kind === 'payment' ? `at most ${intent.maxAmountSats}` : `${intent.amountSats}`
  return `${id} ${kind} ${amount} sats`
}
