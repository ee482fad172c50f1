import { hexToBytes, toHex } from '@boltwarden/core/hex'
import type { ChannelManager } from 'lightningdevkit'
import type { Errands } from './errands.ts'

/** A payment that has arrived and is neither taken nor sent back. */
type Arrived = { readonly hash: string; readonly preimage: Uint8Array | undefined }

/** What is kept of them over a restart; preimages that the node made itself LDK finds again. */
export type HeldPayments = readonly string[]

/** Payments that have arrived: taken as soon as their preimage is known, unless they are held. */
export type ReceivedPayments = {
  readonly arrive: (hash: Uint8Array, preimage: Uint8Array | undefined) => void
  /** From now on payments are neither taken nor sent back by themselves. */
  readonly hold: () => void
  /** Takes what was held, and what comes from now on. */
  readonly release: () => void
  /** Sends back all that is held. */
  readonly fail: () => void
  /** Hex of the hashes of what has arrived and is not settled. */
  readonly arrived: () => HeldPayments
}

/** Where the preimage of a payment comes from that LDK does not know; undefined while it is asked. */
export type PreimageOf = (hash: string) => Uint8Array | undefined

/** No payments, or those from before a restart. */
export function createReceivedPayments(
  manager: ChannelManager,
  errands: Errands,
  preimageOf: PreimageOf,
  from: HeldPayments = [],
): ReceivedPayments {
  const waiting = new Map<string, Arrived>()
  const state = { holding: false }
  const take = (payment: Arrived) =>
    errands.add(() => {
      if (state.holding || !waiting.has(payment.hash)) return true
      const preimage = payment.preimage ?? preimageOf(payment.hash)
      if (preimage === undefined) return false
      waiting.delete(payment.hash)
      manager.claim_funds(preimage)
      return true
    })
  const arrive = (payment: Arrived) => {
    waiting.set(payment.hash, payment)
    take(payment)
  }
  for (const hash of from) arrive({ hash, preimage: undefined })
  return {
    arrive: (hash, preimage) => arrive({ hash: toHex(hash), preimage }),
    hold: () => {
      state.holding = true
    },
    release: () => {
      state.holding = false
      for (const payment of [...waiting.values()]) take(payment)
    },
    fail: () => {
      for (const hash of waiting.keys()) manager.fail_htlc_backwards(hexToBytes(hash))
      waiting.clear()
      state.holding = false
    },
    arrived: () => [...waiting.keys()],
  }
}
