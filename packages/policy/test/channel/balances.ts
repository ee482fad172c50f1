import { outcome } from '../honest.ts'
import { answered, type Stage } from './play.ts'
import type { Agreement } from './simulated-channel.ts'

/** The types of channels. */
export const types = ['static-remotekey', 'anchors'] as const

/** Every type, opened by either side. */
export const kinds = types.flatMap((type) =>
  (['holder', 'counterparty'] as const).map((funder) => ({ type, funder })),
)

/** What watches our balance. */
export const tag = 'policy-routing-deltas-only-htlc'
/** Refused by it for good. */
export const refused = ['decline', tag]
/** Held by it. */
export const held = ['hold', tag]

/** Changes balances by satoshis; what does not add up is fee. */
export function shift({ channel }: Stage, toHolder: bigint, toCounterparty: bigint): void {
  const { agreement } = channel
  channel.agreement = {
    ...agreement,
    toHolderMsat: agreement.toHolderMsat + toHolder * 1000n,
    toCounterpartyMsat: agreement.toCounterpartyMsat + toCounterparty * 1000n,
  }
}

/** What was agreed, at another feerate. */
export const at = (feerate: number, { channel }: Stage): Agreement => ({
  ...channel.agreement,
  feerate,
})

/** What becomes of the next commitment; where it is refused, that of `honest` goes on. */
export function next({ signer, channel }: Stage, honest?: Agreement): readonly string[] {
  answered(signer, channel.point(channel.next + 2))
  answered(signer, channel.release(channel.next - 1))
  const found = outcome(signer.decide(channel.commitment()))
  if (honest !== undefined) {
    channel.agreement = honest
    answered(signer, channel.commitment())
  }
  return found
}
