import { integer } from '@boltwarden/core/assert'
import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import {
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { commitmentSecret, digest, paymentHash, preimageNonce, txid } from '@boltwarden/core/bytes'
import type { Grant } from '@boltwarden/core/grant'
import { channelId, eventId, invoiceId, nodeId, payloadId } from '@boltwarden/core/ids'
import { commitmentIndex, maxCommitmentIndex, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import type { Judgement } from '@boltwarden/policy/judge'
import { type ChannelState, unsignedChannel } from '@boltwarden/policy/state/channel-state'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import type { View, Writes } from '@boltwarden/policy/view'
import type { Author } from '../audit/row.ts'

/** A step of a decision, as `decide` takes it. */
export type Decide = (view: View) => Judgement

/** 32 bytes that are all the same. */
export function filled(fill: number): Uint8Array {
  return new Uint8Array(32).fill(integer('fill', fill, 0, 255))
}

/** A delivery that asks for the point of channel `m/3/n`. */
export function pointDelivery(event: string, channel: number, id = `Channel:${channel}`): Delivery {
  return {
    ...envelope(event),
    request: {
      kind: 'get-per-commitment-point',
      network: 'REGTEST',
      channel: channelId(id),
      node: nodeId('node:1'),
      path: `m/3/${channel}`,
      index: commitmentIndex(maxCommitmentIndex),
    },
  }
}

/** A delivery that asks for the payment hash of an invoice. */
export function hashDelivery(event: string, invoice: string): Delivery {
  return {
    ...envelope(event),
    request: {
      kind: 'request-invoice-payment-hash',
      network: 'REGTEST',
      invoice: invoiceId(invoice),
    },
  }
}

/** A delivery that tells the counterparty's secret: there is nothing to answer. */
export function revealDelivery(event: string, channel: number): Delivery {
  return {
    ...envelope(event),
    request: {
      kind: 'reveal-counterparty-per-commitment-secret',
      network: 'REGTEST',
      channel: channelId(`Channel:${channel}`),
      node: nodeId('node:1'),
      index: commitmentIndex(maxCommitmentIndex),
      secret: commitmentSecret(filled(1)),
    },
  }
}

/** A delivery of signing jobs. */
export function jobsDelivery(event: string): Delivery {
  return walletDelivery(event).delivery
}

/** Uses something, and disposes of it whatever happens. */
export async function withDispose<T extends AsyncDisposable>(
  resource: T,
  body: (resource: T) => Promise<void>,
): Promise<void> {
  try {
    await body(resource)
  } finally {
    await resource[Symbol.asyncDispose]()
  }
}

/** A delivery that asks the L1 wallet for a signature; the id of its transaction, its one output. */
export function walletDelivery(
  event: string,
  path = "m/84'/2'/0'/0/0",
): {
  readonly delivery: Delivery
  readonly id: Uint8Array
  readonly script: Uint8Array
} {
  const script = p2wsh(Uint8Array.of(0x51))
  const transaction: Transaction = {
    version: 2,
    inputs: [{ txid: txid(filled(7)), vout: 0, scriptSig: none, sequence: 0, witness: [] }],
    outputs: [{ value: sats(1000n), scriptPubKey: script }],
    locktime: 0,
  }
  const job = {
    id: payloadId('job'),
    path,
    message: digest(filled(0)),
    isRaw: true,
    transaction: serialiseTransaction(transaction),
  }
  return {
    id: transactionId(transaction),
    script,
    delivery: {
      ...envelope(event),
      request: { kind: 'derive-key-and-sign', network: 'REGTEST', jobs: [job] },
    },
  }
}

/** A channel known from its first point on. */
export function channelState(channel: number, id = `Channel:${channel}`, below = 0): ChannelState {
  return {
    channel,
    id: channelId(id),
    node: nodeId('node:1'),
    origin: 'opening',
    lowestPoint: commitmentIndex(maxCommitmentIndex - below),
    counterpartySecrets: emptyCounterpartySecrets,
    ...unsignedChannel,
  }
}

/** An invoice whose nonce is all `fill`. */
export function invoiceState(invoice: string, fill: number): InvoiceState {
  return {
    invoice: invoiceId(invoice),
    nonce: preimageNonce(filled(fill)),
    paymentHash: paymentHash(filled(fill)),
    issuedAtMs: 1,
  }
}

/** What the ledger keeps of a delivery. */
export function ledgerEntry(
  delivery: Delivery,
  verdict: LedgerEntry['verdict'] = 'sign',
): LedgerEntry {
  return {
    event: delivery.event,
    bodyHash: delivery.bodyHash,
    kind: delivery.request.kind,
    verdict,
    tags: verdict === 'sign' ? [] : ['policy-lightspark-network'],
    policyHash: filled(9),
    sentAtMs: delivery.timestampMs,
    receivedAtMs: delivery.receivedAtMs,
  }
}

/** A step that signs and leaves these writes behind. */
export function signs(delivery: Delivery, writes: Partial<Writes> = {}): Decide {
  return () => ({
    decision: { verdict: 'sign', warnings: [] },
    grant: acknowledgement,
    entry: ledgerEntry(delivery),
    writes: { event: ledgerEntry(delivery), channels: [], ...writes },
    repeated: false,
  })
}

/** A step that declines. */
export function declines(delivery: Delivery): Decide {
  return () => ({
    decision: {
      verdict: 'decline',
      violations: [{ tag: 'policy-lightspark-network', message: 'another network' }],
    },
    entry: ledgerEntry(delivery, 'decline'),
    writes: { event: ledgerEntry(delivery, 'decline'), channels: [] },
    repeated: false,
  })
}

/** A step that gives an invoice its first nonce, or the one it has. */
export function issues(delivery: Delivery, invoice: string, fill: number): Decide {
  return (view) => {
    const state = view.invoice ?? invoiceState(invoice, fill)
    return {
      decision: { verdict: 'sign', warnings: [] },
      grant: { kind: 'payment-hash', invoice: state.invoice, nonce: state.nonce },
      entry: ledgerEntry(delivery),
      writes: {
        event: ledgerEntry(delivery),
        channels: [],
        ...(view.invoice === undefined && { invoice: state }),
      },
      repeated: false,
    }
  }
}

/** Who does things in tests. */
export const author: Author = Object.freeze({ who: 'tester', atMs: 5 })

const none = new Uint8Array()
const acknowledgement: Grant = Object.freeze({ kind: 'acknowledgement' })

function envelope(event: string): Omit<Delivery, 'request'> {
  return {
    event: eventId(event),
    bodyHash: filled(event.length),
    timestampMs: 1,
    receivedAtMs: 2,
    entity: 'node:1',
  }
}
