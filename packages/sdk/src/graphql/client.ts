import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import { integer } from '@boltwarden/core/assert'
import type { ApiRequest } from '../http/exchange.ts'
import { fetchExchange } from '../http/fetch-exchange.ts'
import { nodeExchange } from '../http/node-exchange.ts'
import type { JsonObject } from '../json/json-value.ts'
import { version } from '../version.ts'
import type { AuthProvider } from './auth-provider.ts'
import { defaultBaseUrl, endpointUrl } from './base-url.ts'
import { type Clock, systemClock, systemRandom } from './clock.ts'
import { type CurrentAccount, readCurrentAccount } from './current-account.ts'
import * as documents from './generated/documents.ts'
import type { SignablePayloadStatusQueryVariables } from './generated/types.ts'
import { readAnswer } from './graphql-answer.ts'
import type { Mutation } from './mutation.ts'
import { touchedIds } from './mutation-result.ts'
import { type PayloadStatus, readPayloadStatus } from './payload-status.ts'
import { type Patience, type Surroundings, sendWithRetries } from './retry.ts'

/** How a {@link LightsparkClient} sends, in milliseconds where it is about time. */
export type ClientOptions = Partial<Patience> & {
  /** Whether `http://` may be spelt for another host than this one. */
  readonly allowPlainHttp?: boolean
  /** Instead of Node's HTTP client. */
  readonly fetch?: typeof globalThis.fetch
  /** Instead of this process's clock. */
  readonly clock?: Clock
  /** Instead of random numbers from 0 to below 1 of the system. */
  readonly random?: () => number
}

/** How one request is sent. */
export type SendOptions = {
  /** Ends the request with the fault `ABORTED`. */
  readonly signal?: AbortSignal
  /** Instead of the client's, in milliseconds. */
  readonly deadlineMs?: number
}

/** Sends mutations: a {@link LightsparkClient}, or what stands in for one. */
export interface MutationSender {
  send(mutation: Mutation, options?: SendOptions): Promise<readonly string[]>
}

// Eight seconds stay inside the ten that the platform gives a webhook.
const defaults: Patience = {
  attemptTimeoutMs: 3_500,
  deadlineMs: 8_000,
  maxAttempts: 5,
  backoffMs: 200,
  maxBackoffMs: 2_000,
}

/** Bodies above this many bytes are compressed. */
const deflateAbove = 1024
const deflated = promisify(deflate)

/**
 * The platform's GraphQL API, as far as a remote signer needs it.
 *
 * @example
 * ```ts
 * import { AccountTokenAuthProvider, LightsparkClient } from '@boltwarden/sdk'
 * const auth = new AccountTokenAuthProvider('client id', 'client secret')
 * const client = new LightsparkClient(auth, 'http://127.0.0.1:8090', { deadlineMs: 5000 })
 * client.url // 'http://127.0.0.1:8090/graphql/server/2023-09-13'
 * ```
 */
export class LightsparkClient implements MutationSender {
  /** The URL that requests go to. */
  readonly url: string
  readonly #auth: AuthProvider
  readonly #patience: Patience
  readonly #surroundings: Surroundings

  /**
   * @param authProvider - authenticates the requests.
   * @param baseUrl - where the API is; `https://` where no scheme is spelt.
   * @throws {RangeError} if the URL or an option is out of its range.
   */
  constructor(
    authProvider: AuthProvider,
    baseUrl: string = defaultBaseUrl,
    options: ClientOptions = {},
  ) {
    this.url = endpointUrl(baseUrl, options.allowPlainHttp ?? false)
    this.#auth = authProvider
    this.#patience = patienceOf(options)
    this.#surroundings = {
      exchange: options.fetch === undefined ? nodeExchange() : fetchExchange(options.fetch),
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
    }
  }

  /**
   * Sends an answer.
   *
   * @returns the ids of the entities that it touched.
   * @throws {LightsparkFault} `NETWORK`, `TIMED_OUT`, `HTTP_STATUS`, `GRAPHQL_REJECTED`,
   * `BAD_ANSWER` or `ABORTED`; none of them holds anything of the answer.
   */
  send(mutation: Mutation, options: SendOptions = {}): Promise<readonly string[]> {
    const { operation, document, variables } = mutation
    return this.#execute(operation, document, variables, options, (data) =>
      touchedIds(operation, data),
    )
  }

  /** The account that the credentials belong to, or none; a harmless way to try them. */
  currentAccount(options: SendOptions = {}): Promise<CurrentAccount | undefined> {
    const { name, text: document } = documents.currentAccount
    return this.#execute(name, document, {}, options, readCurrentAccount)
  }

  /** What the platform holds of a signing job, by the job's id; none where it knows no such job. */
  signablePayloadStatus(id: string, options: SendOptions = {}): Promise<PayloadStatus | undefined> {
    const { name, text: document } = documents.signablePayloadStatus
    const variables: SignablePayloadStatusQueryVariables = { id }
    return this.#execute(name, document, variables, options, readPayloadStatus)
  }

  async #execute<T>(
    operation: string,
    document: string,
    variables: object,
    { signal, deadlineMs }: SendOptions,
    read: (data: JsonObject) => T,
  ): Promise<T> {
    const patience = deadlineMs === undefined ? this.#patience : { ...this.#patience, deadlineMs }
    const request = await this.#request(operation, document, variables)
    const body = await sendWithRetries(operation, request, patience, signal, this.#surroundings)
    return readAnswer(operation, body, read)
  }

  async #request(operation: string, document: string, variables: object): Promise<ApiRequest> {
    const text = JSON.stringify({ query: document, variables, operationName: operation })
    const plain = Buffer.from(text)
    const large = plain.length > deflateAbove
    const headers = await this.#auth.addAuthHeaders({
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'User-Agent': userAgent,
      'X-Lightspark-SDK': userAgent,
      'X-GraphQL-Operation': operation,
      ...(large && { 'Content-Encoding': 'deflate' }),
    })
    return { url: this.url, headers, body: large ? await deflated(plain) : plain }
  }
}

const userAgent = `boltwarden-sdk/${version} NodeJS/${process.version}`

function patienceOf(options: ClientOptions): Patience {
  const milliseconds = (name: Exclude<keyof Patience, 'maxAttempts'>): number =>
    integer(name, options[name] ?? defaults[name], 1, 3_600_000)
  return {
    attemptTimeoutMs: milliseconds('attemptTimeoutMs'),
    deadlineMs: milliseconds('deadlineMs'),
    maxAttempts: integer('maxAttempts', options.maxAttempts ?? defaults.maxAttempts, 1, 100),
    backoffMs: milliseconds('backoffMs'),
    maxBackoffMs: milliseconds('maxBackoffMs'),
  }
}
