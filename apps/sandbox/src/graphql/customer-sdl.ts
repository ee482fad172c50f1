/**
 * What a customer asks of the platform besides what a signer does: the SDK's SDL is extended by it.
 * Names and types are those of the API, as the official client's documents use them.
 */
export const customerSdl = /* GraphQL */ `
"A calendar day as RFC 3339 text."
scalar Date

extend type Query {
  bitcoin_fee_estimate(network: BitcoinNetwork!): FeeEstimate!
  decoded_payment_request(encoded_payment_request: String!): PaymentRequestData!
  incoming_payments_for_invoice(input: PaymentsForInvoiceInput!): IncomingPayments!
  invoice_for_payment_hash(input: PaymentHashInput!): InvoiceForPaymentHash!
  outgoing_payments_for_payment_hash(input: PaymentsForHashInput!): OutgoingPayments!
  withdrawal_fee_estimate(input: WithdrawalFeeEstimateInput!): WithdrawalFeeEstimateOutput!
}

extend type Mutation {
  cancel_invoice(input: CancelInvoiceInput!): InvoiceOutput!
  create_invoice(input: CreateInvoiceInput!): InvoiceOutput!
  create_node_wallet_address(input: NodeInput!): WalletAddressOutput!
  create_test_mode_invoice(input: CreateTestModeInvoiceInput!): TestModeInvoiceOutput!
  create_test_mode_payment(input: CreateTestModePaymentInput!): TestModePaymentOutput!
  pay_invoice(input: PayInvoiceInput!): PayInvoiceOutput!
  request_withdrawal(input: RequestWithdrawalInput!): RequestWithdrawalOutput!
}

input NodeInput {
  node_id: ID!
}
input CancelInvoiceInput {
  invoice_id: ID!
}
input CreateInvoiceInput {
  node_id: ID!
  "0: the payer decides."
  amount_msats: Long!
  memo: String
  invoice_type: InvoiceType
  expiry_secs: Int
  payment_hash: Hash32
  preimage_nonce: Hash32
}
input CreateTestModeInvoiceInput {
  local_node_id: ID!
  amount_msats: Long!
  memo: String
  invoice_type: InvoiceType
}
input CreateTestModePaymentInput {
  local_node_id: ID!
  encoded_invoice: String!
  amount_msats: Long
}
input PayInvoiceInput {
  node_id: ID!
  encoded_invoice: String!
  timeout_secs: Int!
  maximum_fees_msats: Long!
  amount_msats: Long
  idempotency_key: String
}
input RequestWithdrawalInput {
  node_id: ID!
  bitcoin_address: String!
  "-1: everything there is."
  amount_sats: Long!
  withdrawal_mode: WithdrawalMode!
  fee_target: OnChainFeeTarget
  idempotency_key: String
}
input WithdrawalFeeEstimateInput {
  node_id: ID!
  amount_sats: Long!
  withdrawal_mode: WithdrawalMode!
}
input PaymentHashInput {
  payment_hash: Hash32!
}
input PaymentsForHashInput {
  payment_hash: Hash32!
  statuses: [TransactionStatus!]
}
input PaymentsForInvoiceInput {
  invoice_id: ID!
  statuses: [TransactionStatus!]
}
input CurrencyAmountInput {
  value: Long!
  unit: CurrencyUnit!
}
input TransactionFailures {
  payment_failures: [PaymentFailureReason!]
  routing_transaction_failures: [RoutingTransactionFailureReason!]
}

type InvoiceOutput {
  invoice: Invoice!
}
type InvoiceForPaymentHash {
  invoice: Invoice
}
type WalletAddressOutput {
  node: LightsparkNode!
  wallet_address: String!
}
type TestModeInvoiceOutput {
  encoded_payment_request: String!
}
type TestModePaymentOutput {
  payment: OutgoingPayment
  incoming_payment: IncomingPayment!
}
type PayInvoiceOutput {
  payment: OutgoingPayment!
}
type RequestWithdrawalOutput {
  request: WithdrawalRequest!
}
type IncomingPayments {
  payments: [IncomingPayment!]!
}
type OutgoingPayments {
  payments: [OutgoingPayment!]!
}
type FeeEstimate {
  fee_fast: CurrencyAmount!
  fee_min: CurrencyAmount!
}
type WithdrawalFeeEstimateOutput {
  fee_estimate: CurrencyAmount!
}

enum InvoiceType { STANDARD AMP }
enum WithdrawalMode { WALLET_ONLY WALLET_THEN_CHANNELS }
enum WithdrawalRequestStatus { CREATING CREATED FAILED IN_PROGRESS SUCCESSFUL PARTIALLY_SUCCESSFUL }
enum RequestInitiator { CUSTOMER LIGHTSPARK }
enum OnChainFeeTarget { HIGH MEDIUM LOW BACKGROUND }
enum NodeAddressType { IPV4 IPV6 TOR }
enum TransactionStatus { SUCCESS FAILED PENDING NOT_STARTED EXPIRED CANCELLED }
enum TransactionType {
  OUTGOING_PAYMENT
  INCOMING_PAYMENT
  ROUTED
  L1_WITHDRAW
  L1_DEPOSIT
  CHANNEL_OPEN
  CHANNEL_CLOSE
  PAYMENT
  PAYMENT_REQUEST
  ROUTE
}
enum PaymentFailureReason {
  NONE
  TIMEOUT
  NO_ROUTE
  ERROR
  INCORRECT_PAYMENT_DETAILS
  INSUFFICIENT_BALANCE
  INVOICE_ALREADY_PAID
  SELF_PAYMENT
  INVOICE_EXPIRED
  INVOICE_CANCELLED
  RISK_SCREENING_FAILED
  INSUFFICIENT_BALANCE_ON_SINGLE_PATH_INVOICE
}
enum RoutingTransactionFailureReason {
  INCOMING_LINK_FAILURE
  OUTGOING_LINK_FAILURE
  FORWARDING_FAILURE
}

type PageInfo {
  has_next_page: Boolean
  has_previous_page: Boolean
  start_cursor: String
  end_cursor: String
}
interface Connection {
  count: Long!
  page_info: PageInfo!
}
`
