import { hexToBytes, signWebhook } from '@boltwarden/sdk'
import * as official from '@lightsparkdev/lightspark-sdk'
import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../platform.ts'
import { encode, signingBody, subEventNames } from '../webhook/bodies.ts'

const problems = (document: string): string[] =>
  validate(schema, parse(document)).map(({ message }) => message)

/** The document with which the official handler answers a webhook, or none. */
async function officialDocument(body: unknown, should_sign: boolean): Promise<string | undefined> {
  const documents: string[] = []
  const client = new official.LightsparkClient()
  client.executeRawQuery = async ({ queryPayload }) => {
    documents.push(queryPayload)
    return null
  }
  const seed = hexToBytes('00'.repeat(32))
  const handler = new official.RemoteSigningWebhookHandler(client, seed, {
    should_sign: () => should_sign,
  })
  const data = encode(body)
  await handler.handleWebhookRequest(data, signWebhook(data, 'secret'), 'secret')
  return documents[0]
}

describe('documents of npm @lightsparkdev/lightspark-sdk 1.9.19 fit the schema', () => {
  const silent = 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET'
  const answered = subEventNames.filter((name) => name !== silent)

  test.each(answered)('the answer to %s', async (name) => {
    const document = await officialDocument(signingBody(name), true)
    expect(problems(document ?? 'nothing was sent')).toEqual([])
  })

  test('declining', async () => {
    const document = await officialDocument(signingBody('DERIVE_KEY_AND_SIGN'), false)
    expect(document).toContain('DeclineToSignMessages')
    expect(problems(document ?? 'nothing was sent')).toEqual([])
  })

  test.each([
    ['a payload', official.getSignablePayloadQuery('1').queryPayload],
    ['a signable', official.getSignableQuery('1').queryPayload],
    ['a channel', official.Channel.getChannelQuery('1').queryPayload],
    ['an invoice', official.getInvoiceQuery('1').queryPayload],
    ['a node', official.getLightsparkNodeQuery('1').queryPayload],
    ['any node', official.getNodeQuery('1').queryPayload],
  ])('the query for %s', (_, document) => {
    expect(problems(document)).toEqual([])
  })

  test('the query for the current account', async () => {
    const documents: string[] = []
    const fetch: typeof globalThis.fetch = async (_, init) => {
      documents.push(JSON.parse(new TextDecoder().decode(bytesOf(init?.body))).query)
      return Response.json({ data: { current_account: null } })
    }
    const auth = new official.AccountTokenAuthProvider('id', 'secret')
    const client = new official.LightsparkClient(auth, undefined, undefined, undefined, fetch)
    await client.getCurrentAccount()
    expect(documents).toHaveLength(1)
    expect(problems(documents[0] ?? '')).toEqual([])
  })
})

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  throw new TypeError('the official client sends bytes')
}
