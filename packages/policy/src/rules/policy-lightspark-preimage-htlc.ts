import { plausibleHeights } from '../chain-height.ts'
import { maxSettling, stillSettling } from '../channel/settling.ts'
import type { Facts } from '../facts.ts'
import type { IncomingHtlc } from '../state/incoming-htlcs.ts'
import { spentWithinDay } from '../state/velocity.ts'
import type { View } from '../view.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses preimages that no HTLC is waiting for. */
export const policyLightsparkPreimageHtlc: Rule<'policy-lightspark-preimage-htlc'> = defineRule({
  tag: 'policy-lightspark-preimage-htlc',
  summary: `a preimage whose payment hash stands in no HTLC that pays us in every commitment that the counterparty can still publish. Where only a revocation is missing, it is held; where a close was signed, or a commitment of ours without an output of that amount, the HTLC counts no more. Every HTLC of the hash must count, over all channels. While ${maxSettling} HTLCs wait to be credited, it is held. Where \`allowTrimmedBelowSats\` is not 0, up to \`maxTrimmedDaily\` of them a day are released`,
  why: 'Who learns a preimage on the way to us takes the payment: it is given once no commitment can be published that does not hold the payment.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['release-payment-preimage'],
  source:
    'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#removing-an-htlc-update_fulfill_htlc-update_fail_htlc-and-update_fail_malformed_htlc',
  limits:
    "The amount of an invoice is not sent, nor an HTLC that is too small for an output: that no other invoice is paid so is the owner's word. Whether an HTLC pays the whole amount is for the node. The counterparty's points are not sent: a false secret for a commitment without HTLCs is not told from the true one. Our own commitments are not sent before they are to be broadcast.",
  check: ({ policy, facts, view }) => {
    const { invoice, incoming, node } = view
    // Once it was given, giving it again teaches nobody anything.
    if (invoice === undefined || invoice.releasedAtMs !== undefined) return nothing
    if (incoming.length > 0) return [...ofPayment(incoming), ...ofRoom(facts, view)]
    const { allowTrimmedBelowSats, maxTrimmedDaily } = policy.payments
    if (allowTrimmedBelowSats === 0n) return [{ message: 'no HTLC has its payment hash' }]
    const given = spentWithinDay(node.trimmedPreimages, facts.delivery.receivedAtMs)
    return given < maxTrimmedDaily
      ? nothing
      : [{ message: `no HTLC has its payment hash, as with ${given} others within a day` }]
  },
})

/** What is given and not remembered could be taken back without being credited. */
function ofRoom({ delivery, network }: Facts, { incoming, node }: View): readonly Finding[] {
  const { lowest } = plausibleHeights(network, delivery.receivedAtMs)
  const count = stillSettling(node.settling, incoming, lowest).length
  return count <= maxSettling
    ? nothing
    : [
        {
          message: `${count} HTLCs would wait for their credit, above ${maxSettling}`,
          temporary: true,
        },
      ]
}

/** Whoever learns the preimage takes every part of the payment on its way to us. */
function ofPayment(incoming: readonly IncomingHtlc[]): readonly Finding[] {
  const lost = incoming.filter(({ standing }) => standing === 'never').length
  const early = incoming.filter(({ standing }) => standing === 'not-yet').length
  if (lost > 0) {
    return [
      { message: `${lost} of ${incoming.length} HTLCs came after the channel's end was signed` },
    ]
  }
  return early === 0
    ? nothing
    : [
        {
          message: `a commitment without ${early} of ${incoming.length} HTLCs is not revoked yet`,
          temporary: true,
        },
      ]
}
