import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import type { Request } from '@boltwarden/core/request'
import { maxCommitmentIndex, sats } from '@boltwarden/core/units'
import { plausibleHeights } from './chain-height.ts'
import { afterSigning } from './channel/advance-signing.ts'
import { mostSettling, stillSettling } from './channel/settling.ts'
import type { Facts } from './facts.ts'
import { settle } from './onchain/settlement.ts'
import type { Policy } from './policy.ts'
import { channelOf } from './rules/channel-of.ts'
import { type ChannelState, unsignedChannel } from './state/channel-state.ts'
import type { InvoiceState } from './state/invoice-state.ts'
import { withRevealed } from './state/revealed.ts'
import { spend } from './state/velocity.ts'
import type { View, Writes } from './view.ts'

/** What a signed request changes in the state; the ledger is not its concern. */
export type Advance = Omit<Writes, 'event'>

/**
 * The enforcement state machine: what is remembered after a request was signed. Pure; it assumes
 * that every mandatory rule holds. What does not change is not written.
 */
export function advance(policy: Policy, facts: Facts, view: View): Advance {
  const { request } = facts.delivery
  switch (request.kind) {
    case 'get-per-commitment-point':
      return channelWrite(afterPoint(request, facts, view, policy))
    case 'release-per-commitment-secret':
      return channelWrite(afterRelease(request, facts, view))
    case 'reveal-counterparty-per-commitment-secret':
      return channelWrite(afterReveal(request, view))
    case 'request-invoice-payment-hash':
      return invoiceWrite(afterHash(request, facts, view))
    case 'release-payment-preimage':
      return afterPreimage(facts, view)
    case 'derive-key-and-sign':
      return afterJobs(policy, facts, view)
    case 'ecdh':
    case 'sign-invoice':
      return { channels: [] }
  }
}

/** What transactions on the chain leave behind, then what commitments and closes do. */
function afterJobs(policy: Policy, facts: Facts, view: View): Advance {
  const settlement = settle(policy, facts, view)
  const { channels, node, intents } = afterSigning(policy, facts, view, settlement.node)
  const changed = [...settlement.intents, ...intents]
  return {
    channels,
    ...(node !== view.node && { node }),
    ...(changed.length > 0 && { intents: changed }),
    ...(settlement.spends.length > 0 && { spends: settlement.spends }),
  }
}

type Of<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>

function afterPoint(
  request: Of<'get-per-commitment-point'>,
  facts: Facts,
  view: View,
  policy: Policy,
): ChannelState | undefined {
  const channel = channelOf(facts)
  if (channel === undefined) return undefined
  const state = view.channels.get(channel)
  if (state !== undefined) {
    return request.index < state.lowestPoint ? { ...state, lowestPoint: request.index } : undefined
  }
  // A test event of the platform asks at a random index: it must not make a channel by itself.
  const isFirst = request.index === maxCommitmentIndex
  if (!isFirst && !policy.channels.adopt && policy.mode !== 'observe') return undefined
  return {
    channel,
    id: request.channel,
    node: request.node,
    origin: isFirst ? 'opening' : 'adopted',
    lowestPoint: request.index,
    counterpartySecrets: emptyCounterpartySecrets,
    ...unsignedChannel,
  }
}

function afterRelease(
  request: Of<'release-per-commitment-secret'>,
  facts: Facts,
  view: View,
): ChannelState | undefined {
  const { index } = request
  const channel = channelOf(facts)
  if (channel === undefined) return undefined
  const state = view.channels.get(channel)
  if (state === undefined || state.lastReleased === index) return undefined
  return { ...state, lastReleased: index }
}

function afterReveal(
  request: Of<'reveal-counterparty-per-commitment-secret'>,
  view: View,
): ChannelState | undefined {
  const state = view.channelById
  const learnt = state && withRevealed(state, request.index, request.secret)
  return learnt?.ok && learnt.value !== state ? learnt.value : undefined
}

function afterHash(
  request: Of<'request-invoice-payment-hash'>,
  facts: Facts,
  view: View,
): InvoiceState | undefined {
  const { candidate, delivery } = facts
  // The first nonce stays, also where another delivery's candidate came first.
  if (view.invoice !== undefined || candidate === undefined) return undefined
  return { invoice: request.invoice, ...candidate, issuedAtMs: delivery.receivedAtMs }
}

function afterPreimage({ delivery, network }: Facts, { invoice, incoming, node }: View): Advance {
  if (invoice === undefined || invoice.releasedAtMs !== undefined) return { channels: [] }
  const { receivedAtMs } = delivery
  const released = { ...invoice, releasedAtMs: receivedAtMs }
  if (incoming.length > 0) {
    const { lowest } = plausibleHeights(network, receivedAtMs)
    const settling = mostSettling(stillSettling(node.settling, incoming, lowest))
    return { channels: [], invoice: released, node: { ...node, settling } }
  }
  const trimmedPreimages = spend(node.trimmedPreimages, receivedAtMs, sats(1n))
  return { channels: [], invoice: released, node: { ...node, trimmedPreimages } }
}

function channelWrite(state: ChannelState | undefined): Advance {
  return { channels: state === undefined ? [] : [state] }
}

function invoiceWrite(invoice: InvoiceState | undefined): Advance {
  return { channels: [], ...(invoice && { invoice }) }
}
