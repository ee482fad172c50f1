/**
 * The event types that are known; all of them arrive at one URL.
 *
 * @example
 * ```ts
 * import { WebhookEventType } from '@boltwarden/sdk'
 * WebhookEventType.REMOTE_SIGNING // 'REMOTE_SIGNING'
 * ```
 */
export const WebhookEventType = {
  PAYMENT_FINISHED: 'PAYMENT_FINISHED',
  FORCE_CLOSURE: 'FORCE_CLOSURE',
  WITHDRAWAL_FINISHED: 'WITHDRAWAL_FINISHED',
  FUNDS_RECEIVED: 'FUNDS_RECEIVED',
  NODE_STATUS: 'NODE_STATUS',
  UMA_INVITATION_CLAIMED: 'UMA_INVITATION_CLAIMED',
  WALLET_STATUS: 'WALLET_STATUS',
  WALLET_OUTGOING_PAYMENT_FINISHED: 'WALLET_OUTGOING_PAYMENT_FINISHED',
  WALLET_INCOMING_PAYMENT_FINISHED: 'WALLET_INCOMING_PAYMENT_FINISHED',
  WALLET_WITHDRAWAL_FINISHED: 'WALLET_WITHDRAWAL_FINISHED',
  WALLET_FUNDS_RECEIVED: 'WALLET_FUNDS_RECEIVED',
  REMOTE_SIGNING: 'REMOTE_SIGNING',
  LOW_BALANCE: 'LOW_BALANCE',
  HIGH_BALANCE: 'HIGH_BALANCE',
  CHANNEL_OPENING_FEES: 'CHANNEL_OPENING_FEES',
  HOLD_INVOICE_ACCEPTED: 'HOLD_INVOICE_ACCEPTED',
} as const

/** A known event type. */
export type WebhookEventType = (typeof WebhookEventType)[keyof typeof WebhookEventType]

/**
 * Stands in the types for every name that this version does not know. The value is the name as it
 * was sent. (A branded string would keep `eventType === 'REMOTE_SIGNING'` from narrowing.)
 */
export type UnknownEventType = '(unknown event type)'

/** Every event type that is not about signing. */
export type OtherEventType = Exclude<WebhookEventType, 'REMOTE_SIGNING'> | UnknownEventType

/** Whether a name is that of an event type other than `REMOTE_SIGNING`, known or not. */
export function isOtherEventType(name: string): name is OtherEventType {
  return name !== WebhookEventType.REMOTE_SIGNING
}
