import { expect, test } from 'vitest'
import { sdkWebhook, walkWith } from './sdk-signer.ts'

const seed = new Uint8Array(64).fill(8)

test('@boltwarden/sdk answers every honest request; its table of keys refuses the foreign ones', async () => {
  const report = await walkWith(sdkWebhook(seed), seed)
  expect(report.steps.filter(({ kind, ok }) => kind === 'honest' && !ok)).toEqual([])
  const refused = report.steps.filter(({ outcome, ok }) => outcome === 'refused' && ok)
  expect(refused.map(({ name, tags }) => [name, ...tags].join(': '))).toMatchInlineSnapshot(`
    [
      "the node's identity key: NOT_GRANTABLE",
      "the funding key by another spelling of its path: NOT_GRANTABLE",
      "a sub-event of another protocol: SUB_EVENT_UNSUPPORTED",
      "a wrong HMAC: WEBHOOK_SIGNATURE_INVALID",
      "no HMAC at all: WEBHOOK_SIGNATURE_INVALID",
      "a body that is no JSON: WEBHOOK_MALFORMED",
      "a body that is a list: WEBHOOK_MALFORMED",
      "an index as text: WEBHOOK_MALFORMED",
      "a doubled key: WEBHOOK_MALFORMED",
    ]
  `)
})
