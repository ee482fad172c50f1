import { createServer, type IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** One call as it arrived. */
type Received = { readonly headers: IncomingHttpHeaders; readonly body: Uint8Array }

/** A webhook whose answers a test dictates. */
export type Receiver = {
  readonly url: string
  readonly received: readonly Received[]
  readonly close: () => Promise<void>
}

/** Answers call number n with the n-th status, the last one for ever; `never` keeps silent. */
export async function startReceiver(
  answers: readonly (number | 'never')[],
  body = '',
): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((raw) => {
      received.push({ headers: request.headers, body: new Uint8Array(raw) })
      const answer = answers[Math.min(received.length, answers.length) - 1] ?? 200
      if (answer !== 'never') response.writeHead(answer).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('"address"')
  return {
    url: `http://127.0.0.1:${address.port}/webhook`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
