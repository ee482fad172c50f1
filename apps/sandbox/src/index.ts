export {
  type Block,
  type BlockHash,
  blockHash,
  hashOf,
  parseBlock,
  serialiseBlock,
  serialiseHeader,
} from './chain/block.ts'
export type {
  Allocation,
  Chain,
  ChainListener,
  ChainOptions,
  Confirmation,
  Eviction,
  KnownTransaction,
  MempoolEntry,
  Mining,
  Reorganisation,
  ReorganisationProblem,
  Spend,
  Tip,
  UnspentOutput,
} from './chain/chain.ts'
export { type KeptChainOptions, openChain } from './chain/chain-folder.ts'
export { createChain } from './chain/create-chain.ts'
export type { ConsensusRule, PolicyRule, Rejection } from './chain/rejection.ts'
export { type Environment, formatTimestamp, machine } from './environment.ts'
export { graphqlPath } from './graphql/api.ts'
export type { Credentials } from './graphql/authorization.ts'
export type {
  BackendChannel,
  ConfirmedAt,
  DecodedInvoice,
  InvoiceTerms,
  LightningBackend,
  OnChainBalance,
  PaymentFailure,
  PaymentNews,
  PaymentOrder,
  SentWithdrawal,
  TestPeer,
  WithdrawalFailure,
  WithdrawalOrder,
} from './lightning/lightning-backend.ts'
export { attachBackend } from './lightning/payment-news.ts'
export { askPreimage, type SignerLink } from './lightning/signer-questions.ts'
export { type Pairing, PairingError, parsePairing } from './pairing/pairing.ts'
export type {
  Account,
  Channel,
  Entity,
  EntityType,
  Invoice,
  PayloadStatus,
  Signable,
  SignablePayload,
  SignerNode,
} from './platform/entities.ts'
export type { MutationLog, MutationRecord } from './platform/mutation-log.ts'
export { createPlatform, type Platform } from './platform/platform.ts'
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts'
export type { Outcome, StepKind, StepResult, WalkReport } from './walk/step.ts'
export { channelsPerWalk, type WalkOptions, type WalkSubject, walk } from './walk/walk.ts'
export { type Attempt, type Delivery, lastAttempt } from './webhook/delivery.ts'
export {
  createDispatcher,
  type DeliveryOptions,
  type Dispatcher,
  type DispatcherOptions,
  type Forgery,
} from './webhook/dispatcher.ts'
export {
  type EventData,
  encodeEvent,
  isSubEventType,
  type OutgoingEvent,
  remoteSigningEvent,
  type SubEventType,
  subEventTypes,
} from './webhook/envelope.ts'
export { signatureHeader, signBody } from './webhook/signature.ts'
export { testEvent } from './webhook/test-event.ts'
