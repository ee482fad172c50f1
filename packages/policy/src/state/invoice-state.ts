import {
  type PaymentHash,
  type PreimageNonce,
  paymentHash,
  preimageNonce,
} from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { type InvoiceId, invoiceId } from '@boltwarden/core/ids'
import type { Result } from '@boltwarden/core/result'
import { decodeRecord, type StateProblem } from './record.ts'

/**
 * What is remembered of an invoice: the one nonce issued for it, which is random and therefore
 * stored before it is used.
 */
export type InvoiceState = {
  readonly invoice: InvoiceId
  readonly nonce: PreimageNonce
  readonly paymentHash: PaymentHash
  /** When the hash was first given, in milliseconds since 1970. */
  readonly issuedAtMs: number
  /** When the preimage was first released, in milliseconds since 1970. */
  readonly releasedAtMs?: number
}

const versions = [1]

/** The text that a store keeps. */
export function encodeInvoiceState(state: InvoiceState): string {
  return JSON.stringify({
    v: 1,
    invoice: state.invoice,
    nonce: toHex(state.nonce),
    paymentHash: toHex(state.paymentHash),
    issuedAtMs: state.issuedAtMs,
    releasedAtMs: state.releasedAtMs,
  })
}

/** The inverse of {@link encodeInvoiceState}; refuses everything that it does not write. */
export function decodeInvoiceState(text: string): Result<InvoiceState, StateProblem> {
  return decodeRecord(text, versions, (record) => {
    const releasedAtMs = record.optional('releasedAtMs', (name) => record.integer(name))
    return {
      invoice: invoiceId(record.text('invoice')),
      nonce: preimageNonce(record.bytes('nonce')),
      paymentHash: paymentHash(record.bytes('paymentHash')),
      issuedAtMs: record.integer('issuedAtMs'),
      ...(releasedAtMs !== undefined && { releasedAtMs }),
    }
  })
}
