import type { Result } from '@boltwarden/core/result'

/** One of a node's channels as the platform's API shows it. Amounts are millisatoshis. */
export type BackendChannel = {
  /** The platform's id of the channel, which its webhooks name as `entity_id`. */
  readonly id: string
  readonly peer: string
  readonly capacityMsat: bigint
  /** What is ours, without payments on their way. */
  readonly localMsat: bigint
  readonly remoteMsat: bigint
  /** Payments on their way, ours and theirs. */
  readonly unsettledMsat: bigint
  readonly commitFeeMsat: bigint
  readonly status: 'PENDING' | 'OK' | 'OFFLINE' | 'CLOSED' | 'ERROR'
  /** Display byte order, hex, where the funding transaction exists. */
  readonly fundingTxid: string | undefined
  /** `block x transaction x output`, once it is announced. */
  readonly shortChannelId: string | undefined
}

/** What a node owns on the chain, in satoshis. */
export type OnChainBalance = { readonly confirmedSats: bigint; readonly unconfirmedSats: bigint }

/** What an invoice is to say; the node signs and encodes it. */
export type InvoiceTerms = {
  /** 32 bytes, hex: the signer's, or the customer's own. */
  readonly paymentHash: string
  /** Undefined where the payer decides. */
  readonly amountMsat: bigint | undefined
  readonly memo: string
  readonly expirySeconds: number
}

/** What an encoded invoice says. */
export type DecodedInvoice = {
  readonly paymentHash: string
  readonly amountMsat: bigint | undefined
  readonly memo: string
  /** Compressed point, hex. */
  readonly destination: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly expirySeconds: number
}

/** An order to pay. */
export type PaymentOrder = {
  readonly encodedInvoice: string
  /** Only where the invoice names no amount. */
  readonly amountMsat: bigint | undefined
  readonly maximumFeesMsat: bigint
  readonly timeoutSeconds: number
}

/** Why a payment cannot be sent, or did not arrive: the platform's names. */
export type PaymentFailure =
  | 'NONE'
  | 'TIMEOUT'
  | 'NO_ROUTE'
  | 'ERROR'
  | 'INCORRECT_PAYMENT_DETAILS'
  | 'INSUFFICIENT_BALANCE'
  | 'INVOICE_ALREADY_PAID'
  | 'SELF_PAYMENT'
  | 'INVOICE_EXPIRED'
  | 'INVOICE_CANCELLED'

/** Where a transaction is confirmed. Ids are hex in display byte order. */
export type ConfirmedAt = {
  readonly txid: string
  readonly blockHash: string
  readonly blockHeight: number
}

/** What the node tells of its payments; each is told once. */
export type PaymentNews =
  | {
      readonly kind: 'sent'
      readonly paymentHash: string
      readonly preimage: string
      readonly feesMsat: bigint
    }
  | { readonly kind: 'send-failed'; readonly paymentHash: string; readonly reason: PaymentFailure }
  | { readonly kind: 'received'; readonly paymentHash: string; readonly amountMsat: bigint }
  | {
      /** Told when the deposit confirms. */
      readonly kind: 'deposited'
      readonly amountSats: bigint
      readonly address: string
      readonly confirmation: ConfirmedAt
    }
  | { readonly kind: 'withdrawn'; readonly confirmation: ConfirmedAt }

/** An order to move money out of the node on the chain. */
export type WithdrawalOrder = {
  readonly address: string
  /** Undefined empties the wallet. */
  readonly amountSats: bigint | undefined
  /** `WALLET_ONLY` leaves channels alone; the others may close them. */
  readonly mode: 'WALLET_ONLY' | 'WALLET_THEN_CHANNELS'
}

/** A withdrawal that is in the mempool. */
export type SentWithdrawal = {
  /** Display byte order, hex. */
  readonly txid: string
  readonly amountSats: bigint
  readonly feeSats: bigint
}

/** Why a withdrawal cannot be made. */
export type WithdrawalFailure = 'INSUFFICIENT_BALANCE' | 'INVALID_ADDRESS' | 'NOT_SIGNED'

/** The other end of test payments: a node of the sandbox that holds its own keys. */
export type TestPeer = {
  /** A signed invoice that our node can pay. */
  readonly createInvoice: (terms: {
    readonly amountMsat: bigint | undefined
    readonly memo: string
  }) => Promise<string>
  /** Starts to pay an invoice of our node; what comes of it is our node's news. */
  readonly pay: (encodedInvoice: string, amountMsat: bigint | undefined) => Promise<void>
}

/** The Lightning node behind the platform's API. Its keys are the signer's. */
export type LightningBackend = {
  /** The platform's id of the node, as its webhooks name it. */
  readonly nodeId: string
  /** The node's identity: compressed point, hex. */
  readonly publicKey: string
  readonly channels: () => readonly BackendChannel[]
  readonly onChainBalance: () => OnChainBalance
  /** A signed BOLT 11 invoice. */
  readonly createInvoice: (terms: InvoiceTerms) => Promise<string>
  readonly cancelInvoice: (paymentHash: string) => Promise<void>
  /** Undefined where the text is no invoice, or its signature is wrong. */
  readonly decodeInvoice: (encodedInvoice: string) => DecodedInvoice | undefined
  /** Starts a payment. What comes of it is news; only what fails at once is an error here. */
  readonly pay: (order: PaymentOrder) => Promise<Result<undefined, PaymentFailure>>
  /** An address of the node's on-chain wallet, P2WPKH, not given out before. */
  readonly newAddress: () => Promise<string>
  readonly withdraw: (order: WithdrawalOrder) => Promise<Result<SentWithdrawal, WithdrawalFailure>>
  /** Satoshis per 1,000 weight units. */
  readonly feerate: () => number
  readonly testPeer: TestPeer
  /** Returns what ends the subscription. */
  readonly subscribe: (listener: (news: PaymentNews) => void) => () => void
}
