import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import {
  AccountTokenAuthProvider,
  LightsparkClient,
  RemoteSigningWebhookHandler,
} from '@lightsparkdev/lightspark-sdk'
import { credentials, pairingOf, webhookSecret } from './pairing.ts'

/** A signer that signs whatever it is asked: the official SDK's handler behind a bare server. */
export type OfficialSigner = {
  readonly webhookUrl: string
  /** What the platform is paired with; made by @scure/bip32, a second implementation of BIP 32. */
  readonly pairing: unknown
  readonly close: () => Promise<void>
}

/** Listens at once, so that the sandbox can be told its URL; `connect` gives it the platform's. */
export async function startOfficialSigner(
  seed: Uint8Array,
  isWilling: () => boolean = () => true,
): Promise<OfficialSigner & { readonly connect: (baseUrl: string) => void }> {
  let handler: RemoteSigningWebhookHandler | undefined
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = new Uint8Array(await buffer(request))
      const signature = request.headers['lightspark-signature']
      const event: unknown = JSON.parse(new TextDecoder().decode(body))
      const isSigning =
        typeof event === 'object' &&
        event !== null &&
        'event_type' in event &&
        event.event_type === 'REMOTE_SIGNING'
      if (isSigning) await handler?.handleWebhookRequest(body, String(signature), webhookSecret)
      return Array.isArray(event) ? 400 : 200
    }
    void answer()
      .catch((error: unknown) => (String(error).includes('does not match signature') ? 401 : 400))
      .then((status) => response.writeHead(status).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('"address"')
  return {
    webhookUrl: `http://127.0.0.1:${address.port}/webhook`,
    pairing: pairingOf(seed),
    connect: (baseUrl) => {
      const { clientId, clientSecret } = credentials
      const auth = new AccountTokenAuthProvider(clientId, clientSecret)
      const validator = { should_sign: isWilling }
      handler = new RemoteSigningWebhookHandler(
        new LightsparkClient(auth, baseUrl),
        seed,
        validator,
      )
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
