import { Agent, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls, Agent as TlsAgent } from 'node:https'
import { type ApiRequest, type Exchange, type HttpAnswer, maxAnswerBytes } from './exchange.ts'

/** Connections are kept for the next answer: a TLS handshake costs more than a signature. */
const keeping = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const

/** Posts with Node's own client, which takes about a fifth of the time that its `fetch` takes. */
export function nodeExchange(): Exchange {
  const plain = new Agent(keeping)
  const tls = new TlsAgent(keeping)
  return async (request, signal) => {
    const url = new URL(request.url)
    const agent = url.protocol === 'https:' ? tls : plain
    for (;;) {
      const outcome = await post(url, agent, request, signal)
      if (outcome.kind === 'answered') return outcome.answer
      // A kept connection may be closed just when it is used again. If the request was read even so,
      // it is read twice: the same answer, which the platform takes as one.
      if (!outcome.isStale) throw outcome.error
    }
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  | { readonly kind: 'failed'; readonly error: Error; readonly isStale: boolean }

function post(
  url: URL,
  agent: Agent,
  { headers, body }: ApiRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain
    const length = { 'Content-Length': String(body.length), 'Accept-Encoding': 'identity' }
    const options = { method: 'POST', agent, headers: { ...headers, ...length }, signal }
    let isAnswered = false
    const outgoing = send(url, options, (response) => {
      isAnswered = true
      readAnswer(response).then(
        (answer) => resolve({ kind: 'answered', answer }),
        (error: Error) => resolve({ kind: 'failed', error, isStale: false }),
      )
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE'
      const isStale = isReset && outgoing.reusedSocket && !isAnswered && !signal.aborted
      resolve({ kind: 'failed', error, isStale })
    })
    outgoing.end(body)
  })
}

function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const answered = (body: Uint8Array | undefined) => {
      const { statusCode: status = 0, headers } = response
      resolve({ status, retryAfter: headers['retry-after'], body })
    }
    response.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= maxAnswerBytes) {
        chunks.push(chunk)
        return
      }
      response.destroy()
      answered(undefined)
    })
    response.once('end', () => answered(Buffer.concat(chunks)))
    response.once('error', reject)
  })
}
