import { isFault, LightsparkFault } from '../fault.ts'
import { readLimited } from '../http/read-limited.ts'
import { type OtherEvent, parseWebhook, type WebhookEvent } from '../webhook/event.ts'
import {
  verifyWebhook,
  WEBHOOKS_SIGNATURE_HEADER,
  type WebhookSecrets,
} from '../webhook/signature.ts'
import type { RemoteSigningWebhookHandler } from './remote-signing-webhook-handler.ts'
import type { Refusal, Ruling } from './ruling.ts'

/** What {@link createFetchHandler} is made of. */
export type FetchHandlerOptions = {
  readonly handler: Pick<RemoteSigningWebhookHandler, 'rule' | 'carryOut'>
  /** The webhook secret, or all that are active. */
  readonly secrets: WebhookSecrets
  /**
   * `mutation` sends the answer to the API and replies 204. `directly` sends nothing and replies
   * with the mutation's variables as JSON, 204 where there are none.
   */
  readonly respond?: 'mutation' | 'directly'
  /** Is given the events that are not about signing; replying waits for it. */
  readonly onOtherEvent?: (event: OtherEvent) => void | Promise<void>
  /** Is told of every refusal and every error behind a 4xx or 503, for the log. */
  readonly onTrouble?: (trouble: Refusal | Error) => void
  /** The most bytes of a body that are read; 4 MiB where nothing is said. */
  readonly maxBodyBytes?: number
}

const fourMebibytes = 4 * 1024 * 1024
/** After how many seconds the platform may come again. */
const retryAfterSeconds = '5'
/** How many problems of a refused request are told. */
const maxProblemsTold = 10

/**
 * A webhook receiver in the form of the Fetch API, as Hono, Lambda adapters and others take it.
 *
 * | outcome | status |
 * |---|---|
 * | answered, declined, acknowledged, not about signing | 204, or 200 with variables |
 * | signature missing or wrong | 401 |
 * | body malformed | 400 with `code`, `path` and `expected` |
 * | body too large | 413 |
 * | refused | 403 with `code` |
 * | anything else: the API, the validator or a hook failed | 503 with `Retry-After` |
 *
 * The returned promise never rejects.
 *
 * @example
 * ```ts
 * import {
 *   AccountTokenAuthProvider,
 *   createFetchHandler,
 *   LightsparkClient,
 *   RemoteSigningWebhookHandler,
 * } from '@boltwarden/sdk'
 * const client = new LightsparkClient(new AccountTokenAuthProvider('client id', 'client secret'))
 * const validator = { shouldSign: () => true }
 * const handler = new RemoteSigningWebhookHandler(client, new Uint8Array(32).fill(7), validator)
 * const fetch = createFetchHandler({ handler, secrets: 'webhook secret' })
 * const response = await fetch(
 *   new Request('http://127.0.0.1/webhook', { method: 'POST', body: '{}' }),
 * )
 * response.status // 401: it is not signed
 * handler.dispose()
 * ```
 */
export function createFetchHandler(
  options: FetchHandlerOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await respondTo(request, options)
    } catch (error) {
      return troubleResponse(error, options)
    }
  }
}

async function respondTo(request: Request, options: FetchHandlerOptions): Promise<Response> {
  if (request.method !== 'POST') {
    return new Response(null, { status: 405, headers: { Allow: 'POST' } })
  }
  const event = await receive(request, options)
  if (event.kind === 'other') {
    await options.onOtherEvent?.(event)
    return noContent()
  }
  const ruling = await options.handler.rule(event)
  if (ruling.kind === 'refuse') {
    report(ruling.refusal, options)
    return Response.json(toldRefusal(ruling.refusal), { status: 403 })
  }
  if (options.respond === 'directly') return directResponse(ruling)
  await options.handler.carryOut(ruling)
  return noContent()
}

async function receive(request: Request, options: FetchHandlerOptions): Promise<WebhookEvent> {
  const signature = request.headers.get(WEBHOOKS_SIGNATURE_HEADER)
  if (signature === null) throw new LightsparkFault({ code: 'WEBHOOK_SIGNATURE_INVALID' })
  const limit = options.maxBodyBytes ?? fourMebibytes
  const announced = Number(request.headers.get('content-length') ?? 0)
  const data = announced > limit ? undefined : await readLimited(request.body, limit)
  if (data === undefined) throw new LightsparkFault({ code: 'WEBHOOK_TOO_LARGE', limit })
  verifyWebhook(data, signature, options.secrets)
  return parseWebhook(data)
}

function directResponse(ruling: Exclude<Ruling, { kind: 'refuse' }>): Response {
  return ruling.kind === 'acknowledge' ? noContent() : Response.json(ruling.mutation.variables)
}

function noContent(): Response {
  return new Response(null, { status: 204 })
}

function toldRefusal(refusal: Refusal): Refusal {
  if (refusal.code !== 'NOT_GRANTABLE') return refusal
  return { ...refusal, problems: refusal.problems.slice(0, maxProblemsTold) }
}

function troubleResponse(error: unknown, options: FetchHandlerOptions): Response {
  report(error instanceof Error ? error : new Error('what was thrown is no error'), options)
  const status = isFault(error) ? error.status : 503
  if (isFault(error) && status !== 503) return Response.json(error.fault, { status })
  return Response.json(
    { code: 'UNAVAILABLE' },
    { status: 503, headers: { 'Retry-After': retryAfterSeconds } },
  )
}

function report(trouble: Refusal | Error, { onTrouble }: FetchHandlerOptions): void {
  try {
    onTrouble?.(trouble)
  } catch {
    // A log that fails must change neither the reply nor turn it into an unhandled rejection.
  }
}
