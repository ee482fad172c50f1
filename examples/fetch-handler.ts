import { createServer } from 'node:http'
import {
  AccountTokenAuthProvider,
  createFetchHandler,
  hexToBytes,
  LightsparkClient,
  type RemoteSigningEvent,
  RemoteSigningWebhookHandler,
} from '@boltwarden/sdk'
import { getCredentialsFromEnvOrThrow } from '@boltwarden/sdk/env'

const { RK_MASTER_SEED_HEX = '', RK_WEBHOOK_SECRET = '', PORT = '3000' } = process.env
const { apiTokenClientId, apiTokenClientSecret, baseUrl } = getCredentialsFromEnvOrThrow()
const auth = new AccountTokenAuthProvider(apiTokenClientId, apiTokenClientSecret)
const validator = {
  shouldSign: ({ data }: RemoteSigningEvent) => data.bitcoinNetwork === 'REGTEST',
}

const fetch = createFetchHandler({
  handler: new RemoteSigningWebhookHandler(
    new LightsparkClient(auth, baseUrl),
    hexToBytes(RK_MASTER_SEED_HEX),
    validator,
  ),
  secrets: RK_WEBHOOK_SECRET.split(','),
  onOtherEvent: ({ eventType }) => console.log(`not about signing: ${eventType}`),
  onTrouble: (trouble) => console.error(trouble),
})

// Hono, Deno, Bun and Lambda adapters take `fetch` as it is; Node's own server needs a bridge. What a
// stranger may write into a request line can be no URL, and no method that a `Request` knows.
export const server = createServer(async (request, reply) => {
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const body = { method: 'POST', body: request, duplex: 'half' as const }
  const init = request.method === 'POST' ? body : { method: 'GET' }
  const response = await fetch(new Request('http://localhost/', { ...init, headers }))
  reply.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
}).listen(Number(PORT), '127.0.0.1')
