const transaction = `
  id: ID!
  created_at: DateTime!
  updated_at: DateTime!
  status: TransactionStatus!
  resolved_at: DateTime
  amount: CurrencyAmount!
  transaction_hash: String
`
const onChain = `${transaction}
  fees: CurrencyAmount
  block_hash: String
  block_height: Int!
  destination_addresses: [String!]!
  num_confirmations: Int
`
const page = `
  count: Long!
  page_info: PageInfo!
`
const nodeFields = `
  addresses(first: Int, types: [NodeAddressType!]): NodeToAddressesConnection!
`
const lightsparkNodeFields = `${nodeFields}
  channels(
    first: Int
    after: String
    before_date: DateTime
    after_date: DateTime
    statuses: [ChannelStatus!]
  ): LightsparkNodeToChannelsConnection!
`

/** The entities that a customer sees and a signer does not, and what they add to those of both. */
export const customerEntitiesSdl = /* GraphQL */ `
extend type Account {
  nodes(
    first: Int
    after: String
    bitcoin_networks: [BitcoinNetwork!]
    node_ids: [ID!]
  ): AccountToNodesConnection!
  channels(
    bitcoin_network: BitcoinNetwork!
    lightning_node_id: ID
    after_date: DateTime
    before_date: DateTime
    first: Int
    after: String
  ): AccountToChannelsConnection!
  transactions(
    first: Int
    after: String
    types: [TransactionType!]
    after_date: DateTime
    before_date: DateTime
    bitcoin_network: BitcoinNetwork
    lightning_node_id: ID
    statuses: [TransactionStatus!]
    exclude_failures: TransactionFailures
    max_amount: CurrencyAmountInput
    min_amount: CurrencyAmountInput
  ): AccountToTransactionsConnection!
  payment_requests(
    first: Int
    after: String
    after_date: DateTime
    before_date: DateTime
    bitcoin_network: BitcoinNetwork
    lightning_node_id: ID
    max_amount: CurrencyAmountInput
    min_amount: CurrencyAmountInput
  ): AccountToPaymentRequestsConnection!
  withdrawal_requests(
    first: Int
    after: String
    bitcoin_networks: [BitcoinNetwork!]
    statuses: [WithdrawalRequestStatus!]
    node_ids: [ID!]
    idempotency_keys: [String!]
    after_date: DateTime
    before_date: DateTime
    max_amount: CurrencyAmountInput
    min_amount: CurrencyAmountInput
  ): AccountToWithdrawalRequestsConnection!
  blockchain_balance(bitcoin_networks: [BitcoinNetwork!], node_ids: [ID!]): BlockchainBalance
  local_balance(bitcoin_networks: [BitcoinNetwork!], node_ids: [ID!]): CurrencyAmount
  remote_balance(bitcoin_networks: [BitcoinNetwork!], node_ids: [ID!]): CurrencyAmount
}

extend interface Node {
${nodeFields}
}
extend type GraphNode {
${nodeFields}
}
extend interface LightsparkNode {
${lightsparkNodeFields}
}
extend type LightsparkNodeWithOSK {
${lightsparkNodeFields}
}
extend type LightsparkNodeWithRemoteSigning {
${lightsparkNodeFields}
}

type NodeAddress {
  address: String!
  type: NodeAddressType!
}
type NodeToAddressesConnection {
  count: Long!
  entities: [NodeAddress!]!
}
type AccountToNodesConnection implements Connection {
${page}
  entities: [LightsparkNode!]!
}
type AccountToChannelsConnection implements Connection {
${page}
  entities: [Channel!]!
}
type LightsparkNodeToChannelsConnection implements Connection {
${page}
  entities: [Channel!]!
}
type AccountToTransactionsConnection implements Connection {
${page}
  profit_loss: CurrencyAmount
  average_fee_earned: CurrencyAmount
  total_amount_transacted: CurrencyAmount
  entities: [Transaction!]!
}
type AccountToPaymentRequestsConnection implements Connection {
${page}
  entities: [PaymentRequest!]!
}
type AccountToWithdrawalRequestsConnection implements Connection {
${page}
  entities: [WithdrawalRequest!]!
}

"What a payment request says."
interface PaymentRequestData {
  encoded_payment_request: String!
}
extend type InvoiceData implements PaymentRequestData

type OfferData implements Entity {
  id: ID!
  created_at: DateTime!
  updated_at: DateTime!
  encoded_offer: String!
  bitcoin_networks: [BitcoinNetwork!]!
  expires_at: DateTime
}
type Offer implements Entity & PaymentRequest {
  id: ID!
  created_at: DateTime!
  updated_at: DateTime!
  data: OfferData!
  encoded_offer: String!
  description: String
  status: PaymentRequestStatus!
}

interface Transaction implements Entity {
${transaction}
}
interface LightningTransaction implements Entity & Transaction {
${transaction}
}
interface OnChainTransaction implements Entity & Transaction {
${onChain}
}
type RichText {
  text: String!
}
type PostTransactionData {
  utxo: String!
  amount: CurrencyAmount!
}
type IncomingPayment implements Entity & Transaction & LightningTransaction {
${transaction}
  is_uma: Boolean!
  destination: LightsparkNode!
  payment_request: PaymentRequest
  uma_post_transaction_data: [PostTransactionData!]
  is_internal_payment: Boolean!
}
type OutgoingPayment implements Entity & Transaction & LightningTransaction {
${transaction}
  is_uma: Boolean!
  origin: LightsparkNode!
  destination: Node
  fees: CurrencyAmount
  payment_request_data: PaymentRequestData
  failure_reason: PaymentFailureReason
  failure_message: RichText
  uma_post_transaction_data: [PostTransactionData!]
  payment_preimage: Hash32
  is_internal_payment: Boolean!
  idempotency_key: String
}
type RoutingTransaction implements Entity & Transaction & LightningTransaction {
${transaction}
  incoming_channel: Channel
  outgoing_channel: Channel
  fees: CurrencyAmount
  failure_message: RichText
  failure_reason: RoutingTransactionFailureReason
}
type Deposit implements Entity & Transaction & OnChainTransaction {
${onChain}
  destination: LightsparkNode!
}
type Withdrawal implements Entity & Transaction & OnChainTransaction {
${onChain}
  origin: LightsparkNode!
}
extend type ChannelOpeningTransaction implements Transaction & OnChainTransaction {
  status: TransactionStatus!
  resolved_at: DateTime
  amount: CurrencyAmount!
  transaction_hash: String
  fees: CurrencyAmount
  block_hash: String
  block_height: Int!
  destination_addresses: [String!]!
  num_confirmations: Int
  channel: Channel
}
type ChannelClosingTransaction implements Entity & Transaction & OnChainTransaction {
${onChain}
  channel: Channel
}
type WithdrawalRequest implements Entity {
  id: ID!
  created_at: DateTime!
  updated_at: DateTime!
  requested_amount: CurrencyAmount!
  amount: CurrencyAmount!
  estimated_amount: CurrencyAmount
  amount_withdrawn: CurrencyAmount
  total_fees: CurrencyAmount
  bitcoin_address: String!
  withdrawal_mode: WithdrawalMode!
  status: WithdrawalRequestStatus!
  completed_at: DateTime
  withdrawal: Withdrawal
  idempotency_key: String
  initiator: RequestInitiator!
}
`
