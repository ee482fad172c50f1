import type { PaymentFailure, WithdrawalOrder } from '../lightning/lightning-backend.ts'

/** What every entity of the platform has. Times are RFC 3339 with microseconds. */
export type Base = { readonly id: string; readonly createdAt: string; readonly updatedAt: string }

export type Account = Base & { readonly type: 'Account'; readonly name: string }

/** The node whose keys the signer holds. */
export type SignerNode = Base & {
  readonly type: 'LightsparkNodeWithRemoteSigning'
  readonly account: string
  readonly network: string
  readonly displayName: string
  /** Compressed point, hex; known from pairing. */
  readonly publicKey: string | undefined
  /** What the signer answered to ECDH, hex. */
  readonly sharedSecret: string | undefined
}

export type Channel = Base & {
  readonly type: 'Channel'
  readonly node: string
  readonly capacitySats: bigint
  readonly status: 'PENDING' | 'OK' | 'CLOSED'
  /** The signer's points by per-commitment index, compressed, hex, but for what others tell. */
  readonly points: ReadonlyMap<number, string>
  /** The secrets the signer released by per-commitment index, hex, but for what others tell. */
  readonly secrets: ReadonlyMap<number, string>
}

export type Invoice = Base & {
  readonly type: 'Invoice'
  readonly node: string
  readonly network: string
  readonly amountSats: bigint
  readonly memo: string
  readonly expiresAt: string
  /** Where the amount is no whole number of satoshis, or the node has a network behind it. */
  readonly amountMsat: bigint | undefined
  /** Signed and encoded by the node, as soon as its payment hash is known. */
  readonly encodedPaymentRequest: string | undefined
  readonly amountPaidMsat: bigint | undefined
  readonly isCancelled: boolean
  readonly paymentHash: string | undefined
  readonly preimageNonce: string | undefined
  readonly preimage: string | undefined
  /** The hash that the node's identity is asked to sign (legacy nodes), hex. */
  readonly signingHash: string | undefined
  readonly signature: { readonly compact: string; readonly recoveryId: number } | undefined
}

/** The thing a payload belongs to: one transaction of a node or channel. */
export type Signable = Base & { readonly type: 'Signable' }

export type PayloadStatus = 'CREATED' | 'SIGNED' | 'VALIDATION_FAILED' | 'INVALID_SIGNATURE'

/** One thing to sign, and the public key under which the platform checks the answer. */
export type SignablePayload = Base & {
  readonly type: 'SignablePayload'
  readonly signable: string
  readonly payload: string
  readonly derivationPath: string
  readonly addTweak: string | undefined
  readonly mulTweak: string | undefined
  /** The signing key with its tweaks, compressed, hex; absent where the platform knows none. */
  readonly signingKey: string | undefined
  readonly status: PayloadStatus
  readonly signature: string | undefined
}

export type TransactionStatus = 'SUCCESS' | 'FAILED' | 'PENDING'

/** What is common to everything that moves money. */
type MoneyMovement = Base & {
  readonly node: string
  readonly status: TransactionStatus
  readonly resolvedAt: string | undefined
  readonly amountMsat: bigint
  /** The payment hash, or the transaction's id in display byte order; hex. */
  readonly hash: string
}

export type IncomingPayment = MoneyMovement & {
  readonly type: 'IncomingPayment'
  readonly invoice: string
}

export type OutgoingPayment = MoneyMovement & {
  readonly type: 'OutgoingPayment'
  readonly encodedInvoice: string
  readonly feesMsat: bigint | undefined
  readonly failureReason: PaymentFailure | undefined
  readonly preimage: string | undefined
  readonly idempotencyKey: string | undefined
}

type OnChainMovement = MoneyMovement & {
  readonly feesMsat: bigint | undefined
  readonly address: string
  readonly blockHash: string
  readonly blockHeight: number
}

export type Deposit = OnChainMovement & { readonly type: 'Deposit' }
export type Withdrawal = OnChainMovement & { readonly type: 'Withdrawal' }

export type WithdrawalRequest = Base & {
  readonly type: 'WithdrawalRequest'
  readonly node: string
  /** Undefined: everything there was. */
  readonly requestedMsat: bigint | undefined
  readonly amountMsat: bigint
  readonly feesMsat: bigint
  readonly address: string
  readonly mode: WithdrawalOrder['mode']
  readonly status: 'IN_PROGRESS' | 'SUCCESSFUL'
  readonly hash: string
  readonly completedAt: string | undefined
  readonly withdrawal: string | undefined
  readonly idempotencyKey: string | undefined
}

/** What the API calls a transaction. */
export type MoneyEntity = IncomingPayment | OutgoingPayment | Deposit | Withdrawal

/** Anything that `entity(id)` finds. */
export type Entity =
  | Account
  | SignerNode
  | Channel
  | Invoice
  | Signable
  | SignablePayload
  | MoneyEntity
  | WithdrawalRequest

/** The name of an entity's type in the API. */
export type EntityType = Entity['type']
