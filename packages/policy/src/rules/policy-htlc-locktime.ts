import { equalBytes } from '@boltwarden/core/bytes'
import { firstLockTime } from '../chain-height.ts'
import type { HtlcFacts } from '../channel/htlc-facts.ts'
import { expiryBounds } from './expiry-bounds.ts'
import { eachHtlc } from './htlc-checks.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses HTLC transactions whose locktime is not as BOLT 3 has it. */
export const policyHtlcLocktime: Rule<'policy-htlc-locktime'> = defineRule({
  tag: 'policy-htlc-locktime',
  summary:
    'an HTLC-success transaction without anchors, or of the counterparty, with a locktime; an HTLC-timeout transaction whose locktime is not a height at which an HTLC may expire; one of our own whose locktime is not, or with anchors is below, the expiry that the HTLC has on the other side',
  why: 'HTLC-timeout is valid from the expiry on, HTLC-success at once: another locktime changes who wins.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    'The expiry of what the broadcaster offered does not stand in its script: of the counterparty the locktime itself is taken for it, and held to the bounds of policy-commitment-htlc-cltv-range. Our own HTLC transactions on anchor channels may be joined, and then have a later one.',
  check: eachHtlc((htlc, context) => [
    ...ofHeight(htlc, context),
    ...ofSuccess(htlc),
    ...ofOurTimeout(htlc, context),
  ]),
})

function ofHeight(
  { direction, transaction: { locktime } }: HtlcFacts,
  context: RuleContext,
): readonly string[] {
  if (locktime >= firstLockTime) return [`the locktime ${locktime} is a time, not a height`]
  const { highest } = expiryBounds(context)
  if (locktime > highest) return [`the locktime ${locktime} is above ${highest}`]
  return direction === 'offered' && locktime === 0 ? ['HTLC-timeout has no locktime'] : []
}

function ofSuccess({
  signer,
  direction,
  script,
  transaction: { locktime },
}: HtlcFacts): readonly string[] {
  const isJoined = signer === 'broadcaster' && script.commitmentType === 'anchors'
  return direction === 'received' && locktime !== 0 && !isJoined
    ? [`HTLC-success has the locktime ${locktime}, not 0`]
    : []
}

/** What we offered stands in the counterparty's commitment with its expiry. */
function ofOurTimeout(htlc: HtlcFacts, { view }: RuleContext): readonly string[] {
  const { signer, direction, channel, amountSats, script, paymentHash160 } = htlc
  if (signer !== 'broadcaster' || direction !== 'offered') return []
  const { locktime } = htlc.transaction
  const expiries = (view.channels.get(channel)?.commitments ?? [])
    .flatMap(({ htlcs }) => htlcs)
    .filter(
      (known) =>
        known.way === 'outgoing' &&
        known.amountSats === amountSats &&
        equalBytes(known.paymentHash160, paymentHash160),
    )
    .map(({ cltvExpiry }) => cltvExpiry)
  const fits = (expiry: number) =>
    script.commitmentType === 'anchors' ? locktime >= expiry : locktime === expiry
  return expiries.length === 0 || expiries.some(fits)
    ? []
    : [`the locktime ${locktime} is not the HTLC's expiry, ${[...new Set(expiries)].join(' or ')}`]
}
