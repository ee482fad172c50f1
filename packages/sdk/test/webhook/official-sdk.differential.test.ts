import { signWebhook, verifyAndParseWebhook, WebhookEventType } from '@boltwarden/sdk'
import * as official from '@lightsparkdev/lightspark-sdk'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { officialEvents, officialSignatures, scenarios, utf8 } from '../vectors.ts'
import { encode, eventBody } from './bodies.ts'

/** Both read the same of an honest webhook. */
async function expectAgreement(data: Uint8Array, signature: string, secret: string): Promise<void> {
  const theirs = await official.verifyAndParseWebhook(data, signature, secret)
  const ours = await verifyAndParseWebhook(data, signature, secret)
  const { event_type, event_id, timestamp, entity_id, wallet_id } = ours
  expect({ event_type, event_id, timestamp, entity_id, wallet_id }).toEqual(theirs)
}

describe('npm @lightsparkdev/lightspark-sdk 1.9.19', () => {
  test('has the same event types, but for its placeholder', () => {
    const { FUTURE_VALUE: _, ...theirs } = official.WebhookEventType
    expect(WebhookEventType).toEqual(theirs)
    expect(official.WEBHOOKS_SIGNATURE_HEADER).toBe('lightspark-signature')
  })

  test('reads its own vectors as we do', async () => {
    const { body, webhook_secret: secret } = officialSignatures
    await expectAgreement(utf8(body), signWebhook(utf8(body), secret), secret)
    for (const { body, signature } of officialEvents.cases) {
      await expectAgreement(utf8(body), signature, officialEvents.webhook_secret)
    }
  })

  test.each(scenarios)('reads $scenario as we do', async ({ events, webhook_secret }) => {
    for (const { body, signature } of events) {
      await expectAgreement(utf8(body), signature, webhook_secret)
    }
  })

  test('agrees on any secret and signature', async () => {
    const secret = fc.string({ minLength: 1, unit: 'binary' })
    const changed = fc.boolean()
    await fc.assert(
      fc.asyncProperty(secret, changed, fc.nat(63), async (key, wrong, at) => {
        const data = encode(eventBody(undefined, { event_type: 'NODE_STATUS' }))
        const good = signWebhook(data, key)
        const other = good[at] === '0' ? '1' : '0'
        const signature = wrong ? good.slice(0, at) + other + good.slice(at + 1) : good
        const accepts = (result: Promise<unknown>) => result.then(() => true).catch(() => false)
        const theirs = await accepts(official.verifyAndParseWebhook(data, signature, key))
        expect(await accepts(verifyAndParseWebhook(data, signature, key))).toBe(theirs)
        expect(theirs).toBe(!wrong)
      }),
    )
  })
})
