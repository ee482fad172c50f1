/**
 * The sub-events of `REMOTE_SIGNING` that are known.
 *
 * @example
 * ```ts
 * import { RemoteSigningSubEventType } from '@boltwarden/sdk'
 * RemoteSigningSubEventType.DERIVE_KEY_AND_SIGN // 'DERIVE_KEY_AND_SIGN'
 * ```
 */
export const RemoteSigningSubEventType = {
  ECDH: 'ECDH',
  GET_PER_COMMITMENT_POINT: 'GET_PER_COMMITMENT_POINT',
  RELEASE_PER_COMMITMENT_SECRET: 'RELEASE_PER_COMMITMENT_SECRET',
  SIGN_INVOICE: 'SIGN_INVOICE',
  DERIVE_KEY_AND_SIGN: 'DERIVE_KEY_AND_SIGN',
  RELEASE_PAYMENT_PREIMAGE: 'RELEASE_PAYMENT_PREIMAGE',
  REQUEST_INVOICE_PAYMENT_HASH: 'REQUEST_INVOICE_PAYMENT_HASH',
  REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
  VLS_MESSAGE: 'VLS_MESSAGE',
} as const

/** A known sub-event. */
export type RemoteSigningSubEventType =
  (typeof RemoteSigningSubEventType)[keyof typeof RemoteSigningSubEventType]

/**
 * Stands in the types for every name that this version does not know. The value is the name as it
 * was sent.
 */
export type UnknownSubEventType = '(unknown sub-event)'
