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

const { RK_MASTER_SEED_HEX = '', RK_WEBHOOK_SECRET = '' } = process.env
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

// Hono, Deno, Bun and Lambda adapters take `fetch` as it is; Node's own server needs a bridge.
createServer(async (request, reply) => {
  const { method = 'GET', url, headersDistinct } = request
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const body = method === 'POST' ? { body: request, duplex: 'half' as const } : {}
  const response = await fetch(new Request(`http://localhost${url}`, { method, headers, ...body }))
  reply.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
}).listen(3000, '127.0.0.1')
