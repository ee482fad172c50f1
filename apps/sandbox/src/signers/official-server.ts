// The official SDK's handler behind a bare server: what a company runs today. It signs whatever it is
// asked. Seed and secrets come by the parent's IPC message, never by an argument.
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import {
  AccountTokenAuthProvider,
  LightsparkClient,
  RemoteSigningWebhookHandler,
} from '@lightsparkdev/lightspark-sdk'
import type { OfficialTerms } from './official-signer.ts'

process.once('message', (terms: OfficialTerms) => {
  const auth = new AccountTokenAuthProvider(terms.clientId, terms.clientSecret)
  const client = new LightsparkClient(auth, terms.apiUrl)
  const seed = new Uint8Array(Buffer.from(terms.seedHex, 'hex'))
  const handler = new RemoteSigningWebhookHandler(client, seed, { should_sign: () => true })
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = new Uint8Array(await buffer(request))
      const signature = String(request.headers['lightspark-signature'])
      await handler.handleWebhookRequest(body, signature, terms.webhookSecret)
    }
    answer().then(
      () => response.writeHead(200).end(),
      () => response.writeHead(400).end(),
    )
  })
  server.listen(terms.port, '127.0.0.1', () => process.send?.('ready'))
  process.once('disconnect', () => process.exit())
})
