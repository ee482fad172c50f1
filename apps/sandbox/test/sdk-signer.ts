import {
  AccountTokenAuthProvider,
  createFetchHandler,
  LightsparkClient,
  RemoteSigningWebhookHandler,
} from '@boltwarden/sdk'
import { onTestFinished } from 'vitest'
import { type Handler, listen } from '../src/http/listener.ts'
import {
  parsePairing,
  startSandbox,
  type WalkOptions,
  type WalkReport,
  walk,
} from '../src/index.ts'
import { credentials, pairingOf, webhookSecret } from './pairing.ts'

/** A webhook of this project's SDK, given the platform's URL. */
export type MakeWebhook = (platformUrl: string) => Handler

/** The SDK's handler with that seed; it says yes to everything. */
export function sdkWebhook(seed: Uint8Array): MakeWebhook {
  return (platformUrl) => {
    const { clientId, clientSecret } = credentials
    const auth = new AccountTokenAuthProvider(clientId, clientSecret)
    const client = new LightsparkClient(auth, platformUrl)
    const handler = new RemoteSigningWebhookHandler(client, seed, { shouldSign: () => true })
    onTestFinished(() => handler.dispose())
    return createFetchHandler({ handler, secrets: webhookSecret })
  }
}

/** Walks with a webhook over real HTTP; the platform was paired with the keys of `seed`. */
export async function walkWith(
  makeWebhook: MakeWebhook,
  seed: Uint8Array,
  options: WalkOptions = {},
): Promise<WalkReport> {
  const behind: { webhook: Handler } = { webhook: () => new Response(null, { status: 503 }) }
  const server = await listen((request) => behind.webhook(request), { host: '127.0.0.1', port: 0 })
  onTestFinished(server.close)
  const webhookUrl = `${server.url}/webhook`
  const sandbox = await startSandbox({ credentials, webhookUrl, webhookSecret, retrySchedule: [] })
  onTestFinished(sandbox.close)
  behind.webhook = makeWebhook(sandbox.url)
  const { platform, dispatcher } = sandbox
  return walk({ platform, dispatcher, pairing: parsePairing(pairingOf(seed)) }, options)
}
