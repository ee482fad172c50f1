export { hexToBytes } from '@boltwarden/core/hex'
export { BitcoinNetwork } from './bitcoin-network.ts'
export { type Fault, type FaultCode, isFault, LightsparkFault } from './fault.ts'
export { AccountTokenAuthProvider, type AuthProvider } from './graphql/auth-provider.ts'
export {
  type ClientOptions,
  LightsparkClient,
  type MutationSender,
  type SendOptions,
} from './graphql/client.ts'
export type { Clock } from './graphql/clock.ts'
export type { CurrentAccount } from './graphql/current-account.ts'
export { type Mutation, type MutationName, toMutation } from './graphql/mutation.ts'
export type { PayloadStatus } from './graphql/payload-status.ts'
export { computeAnswer, declineAnswer, type Entropy } from './handler/compute-answer.ts'
export { createFetchHandler, type FetchHandlerOptions } from './handler/fetch-handler.ts'
export {
  type HandlerOptions,
  RemoteSigningWebhookHandler,
  type ShouldSign,
  type Validator,
  type WebhookOutcome,
} from './handler/remote-signing-webhook-handler.ts'
export type { Refusal, Ruling } from './handler/ruling.ts'
export { JsonNumber, type JsonObject, type JsonValue } from './json/json-value.ts'
export {
  type OtherEvent,
  parseWebhook,
  type RemoteSigningEvent,
  type UnsupportedSigningEvent,
  verifyAndParseWebhook,
  type WebhookEvent,
} from './webhook/event.ts'
export {
  type OtherEventType,
  type UnknownEventType,
  WebhookEventType,
} from './webhook/event-type.ts'
export type { RemoteSigningData, UnsupportedData } from './webhook/remote-signing-data.ts'
export { toRequest } from './webhook/request.ts'
export {
  type HeaderValue,
  isSignedWebhook,
  signWebhook,
  verifyWebhook,
  WEBHOOKS_SIGNATURE_HEADER,
  type WebhookSecrets,
} from './webhook/signature.ts'
export type { SigningJobData } from './webhook/signing-job.ts'
export { RemoteSigningSubEventType, type UnknownSubEventType } from './webhook/sub-event-type.ts'
