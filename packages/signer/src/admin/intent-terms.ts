import { addressOf, parseAddress } from '@boltwarden/core/bitcoin/address'
import { equalBytes, type PaymentHash, paymentHash } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { type Bolt11Invoice, parseBolt11, payeeOf } from '@boltwarden/core/invoice/bolt11'
import type { Network } from '@boltwarden/core/network'
import { err, ok, type Result } from '@boltwarden/core/result'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { maxSats, type Sats, sats } from '@boltwarden/core/units'
import type { Intent } from '@boltwarden/policy/state/intent'
import { z } from 'zod'

/** What is wrong with a registration: the field, and what it should be. */
export type TermsProblem = { readonly path: string; readonly expected: string }

/** What terms are read with. */
export type TermsDeps = {
  readonly network: Network
  readonly secp256k1: Secp256k1
  readonly nowMs: number
  /** A name for what has none. */
  readonly freshId: () => string
}

/** An intent lives a day where nothing says otherwise. */
const defaultLifeSeconds = 86_400

const amount = z.int().min(0).max(Number(maxSats))
const common = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/)
    .optional(),
  expires_in_seconds: z.int().min(1).max(31_622_400).optional(),
}

/** What registers an intent, as the admin API takes it. */
export const termsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('payment'),
    ...common,
    invoice: z.string().max(8192).optional(),
    payment_hash: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .optional(),
    max_amount_sats: amount.optional(),
    max_fee_sats: amount.optional(),
  }),
  z.strictObject({
    kind: z.literal('withdrawal'),
    ...common,
    address: z.string().max(90),
    amount_sats: amount.min(1),
  }),
])

/** What registers an intent. */
export type Terms = z.output<typeof termsSchema>
type PaymentTerms = Extract<Terms, { kind: 'payment' }>
type WithdrawalTerms = Extract<Terms, { kind: 'withdrawal' }>

/** The intent that a registration describes. */
export function intentOf(terms: Terms, deps: TermsDeps): Result<Intent, TermsProblem> {
  return terms.kind === 'payment' ? paymentOf(terms, deps) : withdrawalOf(terms, deps)
}

function paymentOf(terms: PaymentTerms, deps: TermsDeps): Result<Intent, TermsProblem> {
  const known =
    terms.invoice === undefined ? hashTerms(terms) : invoiceTerms(terms.invoice, terms, deps)
  if (!known.ok) return known
  const { hash, least, untilMs } = known.value
  const chosen = terms.max_amount_sats === undefined ? least : sats(BigInt(terms.max_amount_sats))
  if (chosen === undefined) return problem('max_amount_sats', 'an amount, as the invoice has none')
  if (least !== undefined && chosen < least) {
    return problem('max_amount_sats', `at least the ${least} of the invoice`)
  }
  const expiresAtMs =
    terms.expires_in_seconds === undefined && untilMs !== undefined ? untilMs : endOf(terms, deps)
  return ok({
    kind: 'payment',
    // The same payment registered again is the same intent.
    id: terms.id ?? toHex(hash),
    paymentHash: hash,
    maxAmountSats: chosen,
    ...(terms.max_fee_sats !== undefined && { maxFeeSats: sats(BigInt(terms.max_fee_sats)) }),
    expiresAtMs,
    inFlight: [],
    settledSats: sats(0n),
  })
}

/** What is known of a payment before the owner's own words. */
type Known = {
  readonly hash: PaymentHash
  /** What the invoice asks for. */
  readonly least?: Sats
  readonly untilMs?: number
}

function hashTerms({ payment_hash }: PaymentTerms): Result<Known, TermsProblem> {
  return payment_hash === undefined
    ? problem('payment_hash', 'a payment hash, or an invoice')
    : ok({ hash: paymentHash(hexToBytes(payment_hash.toLowerCase())) })
}

function invoiceTerms(
  text: string,
  { payment_hash }: PaymentTerms,
  deps: TermsDeps,
): Result<Known, TermsProblem> {
  const parsed = parseBolt11(text.trim().replace(/^lightning:/i, ''))
  if (!parsed.ok) return problem('invoice', `a BOLT 11 invoice: ${parsed.error.message}`)
  const invoice = parsed.value
  const fault = invoiceFault(invoice, deps)
  if (fault !== undefined) return problem('invoice', fault)
  const { paymentHash: hash, amountMsat, timestamp, expiry } = invoice
  if (payment_hash !== undefined && payment_hash.toLowerCase() !== toHex(hash)) {
    return problem('payment_hash', 'that of the invoice')
  }
  return ok({
    hash,
    // An HTLC of whole satoshis that pays a part of one.
    ...(amountMsat !== undefined && { least: sats((amountMsat + 999n) / 1000n) }),
    untilMs: (timestamp + expiry) * 1000,
  })
}

function invoiceFault(invoice: Bolt11Invoice, deps: TermsDeps): string | undefined {
  if (invoice.network !== deps.network) return `an invoice of ${deps.network}`
  if (payeeOf(invoice, deps.secp256k1) === undefined) return 'an invoice whose signature is good'
  const ends = (invoice.timestamp + invoice.expiry) * 1000
  return ends <= deps.nowMs ? 'an invoice that has not expired' : undefined
}

function withdrawalOf(terms: WithdrawalTerms, deps: TermsDeps): Result<Intent, TermsProblem> {
  const script = parseAddress(terms.address, deps.network)
  if (!script.ok)
    return problem('address', `an address of ${deps.network}: ${script.error.message}`)
  return ok({
    kind: 'withdrawal',
    // Two withdrawals may be alike; a caller that may call twice names it.
    id: terms.id ?? deps.freshId(),
    scriptPubKey: script.value,
    amountSats: sats(BigInt(terms.amount_sats)),
    expiresAtMs: endOf(terms, deps),
  })
}

function endOf({ expires_in_seconds }: Terms, { nowMs }: TermsDeps): number {
  return nowMs + (expires_in_seconds ?? defaultLifeSeconds) * 1000
}

function problem(path: string, expected: string): Result<never, TermsProblem> {
  return err({ path, expected })
}

/** Whether two registrations mean the same, whenever they end. */
export function isSameTerms(a: Intent, b: Intent): boolean {
  if (a.kind === 'payment' && b.kind === 'payment') {
    return (
      equalBytes(a.paymentHash, b.paymentHash) &&
      a.maxAmountSats === b.maxAmountSats &&
      a.maxFeeSats === b.maxFeeSats
    )
  }
  return (
    a.kind === 'withdrawal' &&
    b.kind === 'withdrawal' &&
    equalBytes(a.scriptPubKey, b.scriptPubKey) &&
    a.amountSats === b.amountSats
  )
}

/** Whether anything was signed because of it. */
export function isUsed(intent: Intent): boolean {
  return intent.kind === 'payment'
    ? intent.inFlight.length > 0 || intent.settledSats > 0n
    : intent.usedBy !== undefined
}

/** An intent as the admin API shows it. */
export function showIntent(intent: Intent, network: Network, nowMs: number) {
  const { id, kind, expiresAtMs } = intent
  const status = isUsed(intent) ? 'used' : expiresAtMs <= nowMs ? 'expired' : 'open'
  const shown = { id, kind, status, expires_at: new Date(expiresAtMs).toISOString() }
  if (intent.kind === 'withdrawal') {
    return {
      ...shown,
      address: addressOf(intent.scriptPubKey, network) ?? null,
      script: toHex(intent.scriptPubKey),
      amount_sats: Number(intent.amountSats),
      used_by: intent.usedBy === undefined ? null : toHex(intent.usedBy.slice().reverse()),
    }
  }
  return {
    ...shown,
    payment_hash: toHex(intent.paymentHash),
    max_amount_sats: Number(intent.maxAmountSats),
    max_fee_sats: intent.maxFeeSats === undefined ? null : Number(intent.maxFeeSats),
    in_flight: intent.inFlight.map(({ channel, amountSats }) => ({
      channel,
      amount_sats: Number(amountSats),
    })),
    settled_sats: Number(intent.settledSats),
  }
}
