import { type Heights, plausibleHeights } from '../chain-height.ts'
import type { RuleContext } from './rule.ts'

/**
 * The heights that an HTLC may expire at: from that of the chain to `maxHtlcCltvSpreadBlocks` above
 * it. Of the clock and the platform's own time the later one counts, since a clock that is slow would
 * make honest expiries look far; a time in the future is held by policy-lightspark-freshness.
 */
export function expiryBounds({ facts, policy }: RuleContext): Heights {
  const { receivedAtMs, timestampMs } = facts.delivery
  const { lowest, highest } = plausibleHeights(facts.network, Math.max(receivedAtMs, timestampMs))
  return {
    lowest: Math.max(1, lowest),
    highest: highest + policy.channels.maxHtlcCltvSpreadBlocks,
  }
}
