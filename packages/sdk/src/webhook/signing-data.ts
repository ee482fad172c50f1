import type { Network } from '@boltwarden/core/network'
import type { JsonObject } from '../json/json-value.ts'
import { arrayOf, boolean, field, optional } from '../json/shape.ts'
import type { BothNames } from './names.ts'
import { type SigningJobData, signingJobField } from './signing-job.ts'
import { hash32Field, idField, networkField } from './wire-field.ts'

/** Asks for signatures on transactions. */
export type DeriveKeyAndSignData = BothNames<{
  readonly subEventType: 'DERIVE_KEY_AND_SIGN'
  readonly bitcoinNetwork: Network
  readonly signingJobs: readonly SigningJobData[]
}>

/** Asks for the signature on a BOLT 11 invoice; only of nodes made before 2023-10-06. */
export type SignInvoiceData = BothNames<{
  readonly subEventType: 'SIGN_INVOICE'
  readonly bitcoinNetwork: Network
  readonly invoiceId: string
  /** The hash that BOLT 11 signs, 32 bytes of hex. */
  readonly payreqHash: string
}>

/** Asks for the payment hash of a new invoice, BOLT 11 or BOLT 12. */
export type RequestInvoicePaymentHashData = BothNames<{
  readonly subEventType: 'REQUEST_INVOICE_PAYMENT_HASH'
  readonly bitcoinNetwork: Network
  readonly invoiceId: string
}>

/** Asks for the preimage of an invoice that is being paid. */
export type ReleasePaymentPreimageData = BothNames<{
  readonly subEventType: 'RELEASE_PAYMENT_PREIMAGE'
  readonly bitcoinNetwork: Network
  readonly invoiceId: string
  /** The nonce that went out with the payment hash, 32 bytes of hex. */
  readonly preimageNonce: string
  readonly isUma: boolean | undefined
  readonly isLnurl: boolean | undefined
}>

const jobsField = arrayOf(signingJobField)
const optionalBoolean = optional(boolean)

/** Reads the data of `DERIVE_KEY_AND_SIGN`. */
export function deriveKeyAndSignData(raw: JsonObject, path: string): DeriveKeyAndSignData {
  const network = field(raw, path, 'bitcoin_network', networkField)
  const jobs = field(raw, path, 'signing_jobs', jobsField)
  return {
    subEventType: 'DERIVE_KEY_AND_SIGN',
    sub_event_type: 'DERIVE_KEY_AND_SIGN',
    bitcoinNetwork: network,
    bitcoin_network: network,
    signingJobs: jobs,
    signing_jobs: jobs,
  }
}

/** Reads the data of `SIGN_INVOICE`. */
export function signInvoiceData(raw: JsonObject, path: string): SignInvoiceData {
  const hash = field(raw, path, 'payreq_hash', hash32Field)
  return {
    ...invoiceOf(raw, path),
    subEventType: 'SIGN_INVOICE',
    sub_event_type: 'SIGN_INVOICE',
    payreqHash: hash,
    payreq_hash: hash,
  }
}

/** Reads the data of `REQUEST_INVOICE_PAYMENT_HASH`. */
export function requestInvoicePaymentHashData(
  raw: JsonObject,
  path: string,
): RequestInvoicePaymentHashData {
  return {
    ...invoiceOf(raw, path),
    subEventType: 'REQUEST_INVOICE_PAYMENT_HASH',
    sub_event_type: 'REQUEST_INVOICE_PAYMENT_HASH',
  }
}

/** Reads the data of `RELEASE_PAYMENT_PREIMAGE`. */
export function releasePaymentPreimageData(
  raw: JsonObject,
  path: string,
): ReleasePaymentPreimageData {
  const nonce = field(raw, path, 'preimage_nonce', hash32Field)
  const isUma = field(raw, path, 'is_uma', optionalBoolean)
  const isLnurl = field(raw, path, 'is_lnurl', optionalBoolean)
  return {
    ...invoiceOf(raw, path),
    subEventType: 'RELEASE_PAYMENT_PREIMAGE',
    sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
    preimageNonce: nonce,
    preimage_nonce: nonce,
    isUma,
    is_uma: isUma,
    isLnurl,
    is_lnurl: isLnurl,
  }
}

function invoiceOf(
  raw: JsonObject,
  path: string,
): BothNames<{ readonly bitcoinNetwork: Network; readonly invoiceId: string }> {
  const network = field(raw, path, 'bitcoin_network', networkField)
  const invoice = field(raw, path, 'invoice_id', idField)
  return {
    bitcoinNetwork: network,
    bitcoin_network: network,
    invoiceId: invoice,
    invoice_id: invoice,
  }
}
