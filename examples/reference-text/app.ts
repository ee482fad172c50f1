import {
  AccountTokenAuthProvider,
  hexToBytes,
  LightsparkClient,
  RemoteSigningWebhookHandler,
  verifyAndParseWebhook,
  WEBHOOKS_SIGNATURE_HEADER,
  type WebhookEvent,
  WebhookEventType,
} from '@boltwarden/sdk'
import { getCredentialsFromEnvOrThrow } from '@boltwarden/sdk/env'
import express from 'express'

export const app = express()

// The signature is over the raw body. Express reads 100 kB where nothing is said; an honest event
// with 1,000 signing jobs has about 900.
app.post('/webhook', express.raw({ type: '*/*', limit: '4mb' }), async (req, res) => {
  const {
    LIGHTSPARK_WEBHOOK_SIGNING_KEY = '',
    RK_MASTER_SEED_HEX = '',
    RK_WEBHOOK_SECRET = '',
  } = process.env

  const webhookEvent = await verifyAndParseWebhook(
    req.body,
    req.headers[WEBHOOKS_SIGNATURE_HEADER],
    LIGHTSPARK_WEBHOOK_SIGNING_KEY,
  )

  switch (webhookEvent.eventType) {
    case WebhookEventType.REMOTE_SIGNING: {
      const credentials = getCredentialsFromEnvOrThrow()
      const lightsparkClient = new LightsparkClient(
        new AccountTokenAuthProvider(
          credentials.apiTokenClientId,
          credentials.apiTokenClientSecret,
        ),
        credentials.baseUrl,
      )

      const validator = {
        should_sign: (_webhook: WebhookEvent) => true,
      }
      const remoteSigningHandler = new RemoteSigningWebhookHandler(
        lightsparkClient,
        hexToBytes(RK_MASTER_SEED_HEX),
        validator,
      )

      const result = await remoteSigningHandler.handleWebhookRequest(
        req.body,
        req.headers[WEBHOOKS_SIGNATURE_HEADER],
        RK_WEBHOOK_SECRET,
      )
      res.status(result.kind === 'refused' ? 403 : 200).send(result)
      break
    }

    default:
      res.send(`Unhandled webhook event type ${webhookEvent.eventType}.`)
  }
})
