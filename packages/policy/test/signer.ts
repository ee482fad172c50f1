import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { type PreimageNonce, preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { type Facts, recompose } from '@boltwarden/policy/facts'
import { type Judgement, judge } from '@boltwarden/policy/judge'
import { createPolicy, type Policy } from '@boltwarden/policy/policy'
import {
  type ChannelState,
  decodeChannelState,
  encodeChannelState,
} from '@boltwarden/policy/state/channel-state'
import { incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { decodeIntent, encodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import {
  decodeInvoiceState,
  encodeInvoiceState,
  type InvoiceState,
} from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import {
  decodeNodeState,
  emptyNodeState,
  encodeNodeState,
  type NodeState,
} from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { decodeSpentOutput, encodeSpentOutput } from '@boltwarden/policy/state/spent-output'
import { intentKeysOf, scopeOf, type View, type Writes } from '@boltwarden/policy/view'
import type { Scenario } from './corpus.ts'

const secp256k1 = await loadSecp256k1('auto')

/**
 * The default policy and what the recording needs: there a channel's funding was signed before its
 * first commitment.
 */
export const recordedPolicy: Policy = createPolicy({
  onchain: { unlinkedFundingMaxSats: sats(5_000_000n) },
})

// Searching thousands of our own addresses takes most of a second: once a seed, not once a test.
const keychains = new Map<string, Keychain>()

function keychainOf(seed: Uint8Array): Keychain {
  const name = toHex(seed)
  const held = keychains.get(name) ?? Keychain.fromSeed(seed, { secp256k1 })
  keychains.set(name, held)
  return held
}

/** A policy over a memory of its own: what a store and a service do, without either. */
export class Signer {
  readonly keys: Keychain
  readonly network: Network
  policy: Policy = recordedPolicy
  #forgottenBeforeMs = 0
  readonly #channels = new Map<number, string>()
  readonly #invoices = new Map<string, string>()
  readonly #events = new Map<string, LedgerEntry>()
  readonly #intents = new Map<string, string>()
  readonly #spends = new Map<string, string>()
  #node: string = encodeNodeState(emptyNodeState)

  /** @param keys - a seed, or a keychain that several signers share. */
  constructor(keys: Uint8Array | Keychain, network: Network) {
    this.keys = keys instanceof Keychain ? keys : keychainOf(keys)
    this.network = network
  }

  static of(scenario: Scenario): Signer {
    return new Signer(scenario.seed, scenario.network)
  }

  facts(delivery: Delivery, nonce: PreimageNonce = preimageNonce(new Uint8Array(32))): Facts {
    const candidate = { nonce, paymentHash: this.keys.paymentHash(nonce) }
    return recompose(delivery, { network: this.network, keys: this.keys, secp256k1, candidate })
  }

  decide(delivery: Delivery, nonce?: PreimageNonce): Judgement {
    const judgement = judge(this.policy, this.facts(delivery, nonce), this.view(delivery))
    this.write(judgement.writes)
    return judgement
  }

  /** The platform has accepted the answer to this delivery. */
  accepted({ event }: Delivery): void {
    const entry = this.#events.get(event)
    if (entry === undefined) throw new TypeError('"event" expected one that was decided')
    this.#events.set(event, { ...entry, answeredAtMs: 1, answerDigest: new Uint8Array(32) })
  }

  /** Forgets every event, as a store does with those dated before a moment. */
  forget(beforeMs: number): void {
    this.#events.clear()
    this.#forgottenBeforeMs = beforeMs
  }

  /** Decides all of a scenario's events up to `until`. */
  play(scenario: Scenario, until: number = scenario.events.length): readonly Judgement[] {
    return scenario.events
      .slice(0, until)
      .map(({ delivery, nonce }) =>
        this.decide(delivery, nonce === undefined ? undefined : preimageNonce(hexToBytes(nonce))),
      )
  }

  view(delivery: Delivery): View {
    const scope = scopeOf(delivery)
    const channels = new Map<number, ChannelState>()
    for (const channel of scope.channels) {
      const state = this.channel(channel)
      if (state !== undefined) channels.set(channel, state)
    }
    const keys = intentKeysOf(scope, channels)
    const all = [...this.#channels.keys()].flatMap((channel) => this.channel(channel) ?? [])
    const invoice = scope.invoice === undefined ? undefined : this.invoice(scope.invoice)
    const hash = invoice && toHex(hash160OfPaymentHash(invoice.paymentHash))
    return {
      event: this.#events.get(scope.event),
      forgottenBeforeMs: this.#forgottenBeforeMs,
      channels,
      channelById: all.find((state) => state.id === scope.channelId),
      invoice,
      incoming: all
        .flatMap(incomingHtlcs)
        .filter(({ paymentHash160 }) => toHex(paymentHash160) === hash),
      intents: this.intents().filter((intent) => keys.includes(intentKey(intent))),
      fundings: all.filter(
        ({ funding }) => funding !== undefined && scope.fundings.includes(toHex(funding.txid)),
      ),
      spends: scope.spends.flatMap((key) => {
        const text = this.#spends.get(key)
        return text === undefined ? [] : [unwrap(decodeSpentOutput(text))]
      }),
      node: scope.node ? this.node() : emptyNodeState,
    }
  }

  node(): NodeState {
    return unwrap(decodeNodeState(this.#node))
  }

  intents(): readonly Intent[] {
    return [...this.#intents.values()].map((text) => unwrap(decodeIntent(text)))
  }

  register(intent: Intent): void {
    this.#intents.set(intent.id, encodeIntent(intent))
  }

  channel(channel: number): ChannelState | undefined {
    const text = this.#channels.get(channel)
    return text === undefined ? undefined : unwrap(decodeChannelState(text))
  }

  invoice(invoice: string): InvoiceState | undefined {
    const text = this.#invoices.get(invoice)
    return text === undefined ? undefined : unwrap(decodeInvoiceState(text))
  }

  write(writes: Writes): void {
    if (writes.event) this.#events.set(writes.event.event, writes.event)
    for (const state of writes.channels) {
      this.#channels.set(state.channel, encodeChannelState(state))
    }
    for (const intent of writes.intents ?? []) this.register(intent)
    for (const spent of writes.spends ?? []) {
      this.#spends.set(outPointKey(spent), encodeSpentOutput(spent))
    }
    if (writes.node) this.#node = encodeNodeState(writes.node)
    if (writes.invoice) {
      this.#invoices.set(writes.invoice.invoice, encodeInvoiceState(writes.invoice))
    }
  }
}

function unwrap<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new TypeError(`state does not read: ${JSON.stringify(result.error)}`)
  return result.value
}
