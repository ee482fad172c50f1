import { bytes, typeName } from '@boltwarden/core/assert'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { Secret } from '@boltwarden/core/secret'
import type { MutationSender, SendOptions } from '../graphql/client.ts'
import { type Mutation, type MutationName, toMutation } from '../graphql/mutation.ts'
import {
  type RemoteSigningEvent,
  type UnsupportedSigningEvent,
  verifyAndParseWebhook,
} from '../webhook/event.ts'
import type { HeaderValue, WebhookSecrets } from '../webhook/signature.ts'
import { computeAnswer, declineAnswer, type Entropy, systemEntropy } from './compute-answer.ts'
import type { Refusal, Ruling } from './ruling.ts'
import { sharedCurve } from './shared-curve.ts'

/** Decides whether a request is answered; only `true` says yes. */
export type ShouldSign = (event: RemoteSigningEvent) => boolean | Promise<boolean>

/** The owner's say, under either name. It sees the whole parsed request. */
export type Validator = { readonly should_sign: ShouldSign } | { readonly shouldSign: ShouldSign }

/** What became of a webhook. Nothing in it is secret. */
export type WebhookOutcome =
  | {
      readonly kind: 'answered'
      readonly operation: MutationName
      /** The entities that the platform says were touched. */
      readonly ids: readonly string[]
    }
  | { readonly kind: 'declined'; readonly ids: readonly string[] }
  /** The request only informed: nothing was sent. */
  | { readonly kind: 'acknowledged' }
  /** Nothing was sent; answer 403. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The event is not about signing. */
  | { readonly kind: 'ignored'; readonly eventType: string }

/** What a {@link RemoteSigningWebhookHandler} may be given. */
export type HandlerOptions = {
  /** Instead of libsecp256k1 where it loads, else of the portable backend. */
  readonly secp256k1?: Secp256k1
  /** Instead of the operating system's; the nonces of invoices come from here. */
  readonly entropy?: Entropy
}

/**
 * Verifies remote-signing webhooks, asks the validator, computes the answer and sends it.
 *
 * It holds the seed and the keys of live channels until {@link dispose}; keep one handler rather
 * than one for each event. It does not judge transactions: for that, run the signer.
 *
 * @example
 * ```ts
 * import {
 *   AccountTokenAuthProvider,
 *   hexToBytes,
 *   LightsparkClient,
 *   RemoteSigningWebhookHandler,
 * } from '@boltwarden/sdk'
 * const client = new LightsparkClient(new AccountTokenAuthProvider('client id', 'client secret'))
 * const seed = hexToBytes('000102030405060708090a0b0c0d0e0f')
 * const validator = { should_sign: () => true }
 * const handler = new RemoteSigningWebhookHandler(client, seed, validator)
 * handler.dispose()
 * ```
 */
export class RemoteSigningWebhookHandler {
  /** Sends the answers; absent where the webhook's reply carries them. */
  readonly client: MutationSender | undefined
  readonly #shouldSign: ShouldSign
  readonly #seed: Secret
  readonly #curve: () => Secp256k1 | Promise<Secp256k1>
  readonly #entropy: Entropy
  #keychain: Keychain | undefined

  /**
   * @param client - sends the answers; may be `undefined` where only {@link rule} is used, as in
   * responding directly.
   * @param masterSeed - 16 to 64 bytes, secret; copied, so that the caller may wipe it.
   * @param validator - decides on every request.
   * @throws {TypeError} if the seed is no `Uint8Array` or the validator no validator.
   * @throws {RangeError} if the seed is shorter or longer.
   */
  constructor(
    client: MutationSender | undefined,
    masterSeed: Uint8Array,
    validator: Validator,
    options: HandlerOptions = {},
  ) {
    const { length } = bytes('masterSeed', masterSeed)
    if (length < 16 || length > 64) {
      throw new RangeError(`"masterSeed" expected 16 to 64 bytes, got ${length}`)
    }
    const { secp256k1 } = options
    this.client = client
    this.#shouldSign = shouldSignOf(validator)
    this.#seed = new Secret(masterSeed)
    this.#curve = secp256k1 === undefined ? sharedCurve : () => secp256k1
    this.#entropy = options.entropy ?? systemEntropy
  }

  /**
   * Handles one webhook from its raw body to the accepted answer.
   *
   * @param data - the body as it was received.
   * @param signature - the header `lightspark-signature`.
   * @param secrets - the webhook secret, or all that are active.
   * @throws {LightsparkFault} `WEBHOOK_SIGNATURE_INVALID`, `WEBHOOK_MALFORMED`, or a fault of the
   * client. What the validator throws is passed on: nothing was signed then.
   */
  async handleWebhookRequest(
    data: Uint8Array,
    signature: HeaderValue,
    secrets: WebhookSecrets,
    options: SendOptions = {},
  ): Promise<WebhookOutcome> {
    const event = await verifyAndParseWebhook(data, signature, secrets)
    if (event.kind === 'other') return { kind: 'ignored', eventType: event.eventType }
    return this.carryOut(await this.rule(event), options)
  }

  /**
   * Asks the validator and computes the answer; sends nothing.
   *
   * @param event - a verified and parsed event.
   */
  async rule(event: RemoteSigningEvent | UnsupportedSigningEvent): Promise<Ruling> {
    if (event.kind === 'unsupported') {
      const { subEventType } = event.data
      return { kind: 'refuse', refusal: { code: 'SUB_EVENT_UNSUPPORTED', subEventType } }
    }
    const { subEventType } = event.data
    // Whatever is not `true`, such as a promise that was wrapped twice, is a no.
    if ((await this.#shouldSign(event)) !== true) {
      const decline = declineAnswer(event)
      const mutation = decline && toMutation(decline)
      return mutation === undefined
        ? { kind: 'refuse', refusal: { code: 'VALIDATOR_DECLINED', subEventType } }
        : { kind: 'decline', mutation }
    }
    const answer = computeAnswer(event, await this.#keys(), this.#entropy)
    if (!answer.ok) {
      const refusal = { code: 'NOT_GRANTABLE', subEventType, problems: answer.error } as const
      return { kind: 'refuse', refusal }
    }
    const mutation = toMutation(answer.value)
    return mutation === undefined ? { kind: 'acknowledge' } : { kind: 'answer', mutation }
  }

  /**
   * Sends what a ruling says, where it says to send something.
   *
   * @throws {LightsparkFault} a fault of the client.
   * @throws {TypeError} if there is something to send and no client.
   */
  async carryOut(ruling: Ruling, options: SendOptions = {}): Promise<WebhookOutcome> {
    switch (ruling.kind) {
      case 'answer': {
        const { mutation } = ruling
        const ids = await this.#send(mutation, options)
        return { kind: 'answered', operation: mutation.operation, ids }
      }
      case 'decline':
        return { kind: 'declined', ids: await this.#send(ruling.mutation, options) }
      case 'acknowledge':
        return { kind: 'acknowledged' }
      case 'refuse':
        return { kind: 'refused', refusal: ruling.refusal }
    }
  }

  /** Wipes the seed and the keys; the handler cannot be used again. */
  dispose(): void {
    this.#seed.dispose()
    this.#keychain?.dispose()
    this.#keychain = undefined
  }

  #send(mutation: Mutation, options: SendOptions): Promise<readonly string[]> {
    if (this.client === undefined) throw new TypeError('"client" expected to send an answer')
    return this.client.send(mutation, options)
  }

  async #keys(): Promise<Keychain> {
    const secp256k1 = await this.#curve()
    this.#keychain ??= Keychain.fromSeed(this.#seed, { secp256k1 })
    return this.#keychain
  }
}

function shouldSignOf(validator: Validator): ShouldSign {
  if (typeof validator !== 'object' || validator === null) {
    throw new TypeError(`"validator" expected object, got ${typeName(validator)}`)
  }
  const named: { should_sign?: ShouldSign; shouldSign?: ShouldSign } = validator
  const shouldSign = named.should_sign ?? named.shouldSign
  if (typeof shouldSign !== 'function') {
    throw new TypeError('"validator" expected a method should_sign or shouldSign')
  }
  return (event) => shouldSign.call(validator, event)
}
