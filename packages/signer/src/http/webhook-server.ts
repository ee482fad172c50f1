import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import type { Entropy } from '../entropy.ts'
import { SignerFault, systemReason } from '../fault.ts'
import type { Logger } from '../logging.ts'
import { errorFacts } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import type { Reply } from './reply.ts'

/** One webhook call, as it arrived. */
export type WebhookCall = {
  readonly id: string
  /** The raw bytes, empty where there was no body. */
  readonly body: Uint8Array
  /** The `lightspark-signature` header, if there was exactly one. */
  readonly signature: string | undefined
  /** When its headers had been read, by the wall clock and by the monotonic one. */
  readonly receivedAtMs: number
  readonly startedMs: number
}

/** Works a webhook call off. Must not reject. */
export type Receive = (call: WebhookCall) => Promise<Reply>

export type WebhookServerDeps = {
  readonly receive: Receive
  readonly clock: Clock
  readonly entropy: Entropy
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The listener that the platform calls. */
export type WebhookServer = {
  /** Where it listens: the port is the real one where 0 was configured. */
  readonly url: string
  /** Takes no new call, lets those in flight finish, and cuts them off after the drain time. */
  close(): Promise<void>
}

/**
 * Starts the webhook listener: one route, which sees the raw bytes of a body.
 *
 * @throws {SignerFault} `LISTEN_FAILED`.
 */
export async function startWebhookServer(
  options: Config['webhook'],
  deps: WebhookServerDeps,
): Promise<WebhookServer> {
  let draining = false
  const app = createApp(options, deps)
  const { server } = app
  server.maxConnections = options.max_connections
  app.addHook('onRequest', async (request, reply) => {
    if (draining) return send(reply, busy('DRAINING', options), { close: true })
    // Before its body: nobody is to make us read 4 MiB by naming another path.
    if (request.is404) return refuseRoute(reply, deps)
  })
  app.addHook('onSend', async (_request, reply) => {
    // Else a client would keep the connection, and the drain would wait for it.
    if (draining) reply.header('connection', 'close')
  })
  addRoute(app, options, deps)
  const { host, port } = options
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const address = `${host}:${port}`
    throw new SignerFault(
      { code: 'LISTEN_FAILED', address, reason: systemReason(cause) },
      { cause },
    )
  }
  return {
    url: `${addressOf(server)}${options.path}`,
    async close() {
      draining = true
      // A client that stops reading would hold the process for ever.
      const cut = setTimeout(() => server.closeAllConnections(), options.drain_timeout_ms)
      try {
        await app.close()
      } finally {
        clearTimeout(cut)
      }
    },
  }
}

/** The URL of a listening server. */
export function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new TypeError('"server" is not listening')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

function busy(code: 'DRAINING' | 'OVERLOADED', options: Config['webhook']): Reply {
  return { status: 503, body: { code }, retryAfterSeconds: options.retry_after_seconds }
}

function createApp(options: Config['webhook'], deps: WebhookServerDeps): FastifyInstance {
  return fastify({
    bodyLimit: options.max_body_bytes,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: () => Buffer.from(deps.entropy.bytes(8)).toString('hex'),
    // A path that cannot be decoded.
    frameworkErrors: (_error, _request, reply) => refuseRoute(reply, deps),
    clientErrorHandler: (error, socket) => rejectConnection(error, socket, deps),
    serverFactory: (handler) =>
      createServer(
        {
          headersTimeout: options.headers_timeout_ms,
          requestTimeout: options.request_timeout_ms,
          keepAliveTimeout: options.keep_alive_timeout_ms,
          // Node looks for late requests only this often; its own default is 30 s.
          connectionsCheckingInterval: Math.min(500, options.headers_timeout_ms),
          maxHeaderSize: 16_384,
        },
        handler,
      ),
  })
}

/** An error below HTTP: a late request, or no HTTP at all. */
function rejectConnection(error: Error, socket: Socket, deps: WebhookServerDeps): void {
  const late = systemReason(error) === 'ERR_HTTP_REQUEST_TIMEOUT'
  deps.metrics.rejected(late ? 'timeout' : 'not-http')
  deps.logger.debug({ reason: systemReason(error) }, 'connection rejected')
  if (!socket.writable) return
  const status = late ? '408 Request Timeout' : '400 Bad Request'
  socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  // `end` would wait for the other side to hang up, which it may never do.
  socket.destroySoon()
}

function addRoute(app: FastifyInstance, options: Config['webhook'], deps: WebhookServerDeps): void {
  // The signature is of the raw bytes, so within this plugin nothing else reads a body.
  app.register((plugin, _options, done) => {
    plugin.removeAllContentTypeParsers()
    plugin.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body)
    })
    plugin.addHook('onRequest', async ({ raw }) => {
      started.set(raw, { at: deps.clock.nowMs(), from: deps.clock.monotonicMs() })
      // Only the signature says whether a body is welcome, not the type it claims to have.
      raw.headers['content-type'] = 'application/octet-stream'
    })
    plugin.post(options.path, async (request, reply) => {
      const { at, from } = started.get(request.raw) ?? { at: 0, from: 0 }
      const signature = request.headers['lightspark-signature']
      const call: WebhookCall = {
        id: request.id,
        body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
        signature: typeof signature === 'string' ? signature : undefined,
        receivedAtMs: at,
        startedMs: from,
      }
      const answer = await deps.receive(call)
      // Strangers must not hold the connections that the platform needs.
      return send(reply, answer, { close: answer.status === 401 })
    })
    done()
  })
  app.setErrorHandler(async (error, request, reply) =>
    send(reply, errorReply(error, request.id, options, deps), { close: true }),
  )
}

function refuseRoute(reply: FastifyReply, deps: WebhookServerDeps): FastifyReply {
  deps.metrics.rejected('no-route')
  return send(reply, { status: 404 }, { close: true })
}

const started = new WeakMap<IncomingMessage, { readonly at: number; readonly from: number }>()

/** What fastify itself refuses: a body too large or cut off. Anything else is a bug of ours. */
function errorReply(
  error: unknown,
  requestId: string,
  options: Config['webhook'],
  deps: WebhookServerDeps,
): Reply {
  const reason = systemReason(error)
  if (reason === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    deps.metrics.rejected('too-large')
    const body = { code: 'BODY_TOO_LARGE', max_body_bytes: options.max_body_bytes }
    return { status: 413, body }
  }
  if (reason.startsWith('FST_ERR_CTP_') || reason === 'ECONNRESET') {
    deps.metrics.rejected('not-http')
    return { status: 400, body: { code: 'MALFORMED', path: '', expected: 'a whole HTTP body' } }
  }
  deps.logger.error({ request_id: requestId, error: errorFacts(error) }, 'request failed')
  return { status: 500, body: { code: 'INTERNAL', request_id: requestId } }
}

function send(
  reply: FastifyReply,
  { status, body, retryAfterSeconds, whenWritten }: Reply,
  options: { readonly close?: boolean } = {},
): FastifyReply {
  reply.code(status)
  if (whenWritten !== undefined) reply.raw.once('finish', whenWritten)
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  if (options.close === true) reply.header('connection', 'close')
  if (body === undefined) return reply.header('content-length', '0').send()
  return reply.header('content-type', 'application/json').send(JSON.stringify(body))
}
