import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { type PaymentHash, paymentHash, type Txid, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { Result } from '@boltwarden/core/result'
import type { Sats } from '@boltwarden/core/units'
import { outPointJson, readOutPoint } from './out-point.ts'
import { decodeRecord, type StateProblem, type StateRecord } from './record.ts'

/** An HTLC that pays a registered payment, or a part of it. */
export type PaymentPart = { readonly channel: number; readonly amountSats: Sats }

/** A payment over Lightning that the owner registered before it is made. */
export type PaymentIntent = {
  readonly kind: 'payment'
  /** The owner's name for it, 1 to 64 characters. */
  readonly id: string
  readonly paymentHash: PaymentHash
  readonly maxAmountSats: Sats
  /** The most on top of the amount; the policy's where undefined. */
  readonly maxFeeSats?: Sats
  /** From when on it is void, in milliseconds since 1970. */
  readonly expiresAtMs: number
  /** HTLCs that are in flight for it. */
  readonly inFlight: readonly PaymentPart[]
  /** What HTLCs that are gone did not bring back. */
  readonly settledSats: Sats
}

/** A payment on the chain that the owner registered before it is made. */
export type WithdrawalIntent = {
  readonly kind: 'withdrawal'
  /** The owner's name for it, 1 to 64 characters. */
  readonly id: string
  readonly scriptPubKey: Uint8Array
  readonly amountSats: Sats
  /** From when on it is void, in milliseconds since 1970. */
  readonly expiresAtMs: number
  /** The transaction that was first signed for it. */
  readonly usedBy?: Txid
  /** That transaction's first input: who spends it too can replace that transaction only. */
  readonly usedInput?: OutPoint
}

/** What the owner registered before it happens. */
export type Intent = PaymentIntent | WithdrawalIntent

/** What the intent is found by: the RIPEMD-160 of its payment hash, or its script, in hex. */
export function intentKey(intent: Intent): string {
  return intent.kind === 'payment'
    ? toHex(hash160OfPaymentHash(intent.paymentHash))
    : toHex(intent.scriptPubKey)
}

/** The text that a store keeps. */
export function encodeIntent(intent: Intent): string {
  const { kind, id, expiresAtMs } = intent
  const common = { v: 1, kind, id, expiresAtMs }
  if (intent.kind === 'withdrawal') {
    return JSON.stringify({
      ...common,
      scriptPubKey: toHex(intent.scriptPubKey),
      amountSats: String(intent.amountSats),
      usedBy: intent.usedBy && toHex(intent.usedBy),
      usedInput: intent.usedInput && outPointJson(intent.usedInput),
    })
  }
  return JSON.stringify({
    ...common,
    paymentHash: toHex(intent.paymentHash),
    maxAmountSats: String(intent.maxAmountSats),
    maxFeeSats: intent.maxFeeSats === undefined ? undefined : String(intent.maxFeeSats),
    inFlight: intent.inFlight.map(({ channel, amountSats }) => ({
      channel,
      amountSats: String(amountSats),
    })),
    settledSats: String(intent.settledSats),
  })
}

/** The inverse of {@link encodeIntent}; refuses everything that it does not write. */
export function decodeIntent(text: string): Result<Intent, StateProblem> {
  return decodeRecord(text, [1], (record) =>
    record.oneOf('kind', ['payment', 'withdrawal'] as const) === 'payment'
      ? readPayment(record)
      : readWithdrawal(record),
  )
}

function readPayment(record: StateRecord): PaymentIntent {
  const maxFeeSats = record.optional('maxFeeSats', (name) => record.sats(name))
  return {
    kind: 'payment',
    ...readCommon(record),
    paymentHash: paymentHash(record.bytes('paymentHash')),
    maxAmountSats: record.sats('maxAmountSats'),
    ...(maxFeeSats !== undefined && { maxFeeSats }),
    inFlight: record.list('inFlight', (part) => ({
      channel: part.integer('channel', 2 ** 31 - 1),
      amountSats: part.sats('amountSats'),
    })),
    settledSats: record.sats('settledSats'),
  }
}

function readWithdrawal(record: StateRecord): WithdrawalIntent {
  const usedBy = record.optional('usedBy', (name) => txid(record.bytes(name)))
  const usedInput = record.optional('usedInput', (name) => record.object(name, readOutPoint))
  return {
    kind: 'withdrawal',
    ...readCommon(record),
    scriptPubKey: record.bytes('scriptPubKey'),
    amountSats: record.sats('amountSats'),
    ...(usedBy !== undefined && { usedBy }),
    ...(usedInput !== undefined && { usedInput }),
  }
}

function readCommon(record: StateRecord): Pick<Intent, 'id' | 'expiresAtMs'> {
  const id = record.text('id')
  if (id.length < 1 || id.length > 64) throw new RangeError('"id" expected 1 to 64 characters')
  return { id, expiresAtMs: record.integer('expiresAtMs') }
}
