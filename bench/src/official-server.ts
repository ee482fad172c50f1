// The official SDK's handler behind a bare Node server: what a company runs today, at its fastest.
// Seed and secret come in by the parent's IPC message; nothing of it is validated or remembered.
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import {
  AccountTokenAuthProvider,
  LightsparkClient,
  RemoteSigningWebhookHandler,
} from '@lightsparkdev/lightspark-sdk'

process.once('message', (message: { seedHex: string; webhookSecret: string; baseUrl: string }) => {
  const client = new LightsparkClient(
    new AccountTokenAuthProvider('bench', 'bench'),
    message.baseUrl,
  )
  const seed = new Uint8Array(Buffer.from(message.seedHex, 'hex'))
  const handler = new RemoteSigningWebhookHandler(client, seed, { should_sign: () => true })
  const server = createServer(async (request, response) => {
    const signature = String(request.headers['lightspark-signature'])
    try {
      const body = new Uint8Array(await buffer(request))
      await handler.handleWebhookRequest(body, signature, message.webhookSecret)
      response.writeHead(200).end()
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : '')
    }
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object') process.send?.(`http://127.0.0.1:${address?.port}/webhook`)
  })
})
