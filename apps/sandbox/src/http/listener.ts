import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** An answer to every request; what it throws becomes a 500 without a message. */
export type Handler = (request: Request) => Promise<Response> | Response

/** A server that listens. */
export type Listener = { readonly url: string; readonly close: () => Promise<void> }

/** The largest body that is read, before any decompression. */
const maxBodyBytes = 4 * 1024 * 1024

/**
 * Listens on one address with a fetch-style handler.
 *
 * @param options - `port` 0 takes a free one.
 */
export function listen(
  handler: Handler,
  options: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const server = createServer((incoming, outgoing) => {
    void answer(handler, incoming, outgoing)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      resolve({
        url: urlOf(server.address()),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') {
    throw new TypeError('"address" expected a TCP address')
  }
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

async function answer(
  handler: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(incoming)
    const response =
      body === undefined
        ? new Response('body too large\n', { status: 413 })
        : await handler(toRequest(incoming, body))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body === null) outgoing.end()
    else await pipeline(chunksOf(response.body), outgoing)
  } catch {
    // The caller went away, or the handler failed: nobody is told more than that.
    if (!outgoing.headersSent) outgoing.writeHead(500)
    outgoing.end()
  }
}

/** Ends the stream as soon as the caller goes away. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield chunk
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('"chunk" expected Uint8Array')
    length += chunk.length
    if (length > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

function toRequest(incoming: IncomingMessage, body: Uint8Array<ArrayBuffer>): Request {
  const method = incoming.method ?? 'GET'
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  // The authority is of no use to any route here, and a client may send a strange one.
  const url = new URL(incoming.url ?? '/', 'http://sandbox')
  const bodyless = method === 'GET' || method === 'HEAD'
  return new Request(url, { method, headers, ...(bodyless ? {} : { body }) })
}
