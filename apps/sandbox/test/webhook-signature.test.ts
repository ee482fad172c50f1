import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { signBody } from '../src/index.ts'

const folder = new URL('../../../vectors/lightspark-webhooks/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

type Vector = { readonly name: string; readonly body: string; readonly signature: string }
const events: {
  readonly source: string
  readonly webhook_secret: string
  readonly cases: Vector[]
} = read('remote-signing-events.json')
const single: {
  readonly source: string
  readonly webhook_secret: string
  readonly body: string
  readonly cases: { readonly name: string; readonly signature: string; readonly valid: boolean }[]
} = read('webhook-signature.json')

describe(events.source, () => {
  test.each(events.cases)('$name', ({ body, signature }) => {
    expect(signBody(events.webhook_secret, new TextEncoder().encode(body))).toBe(signature)
  })
})

describe(single.source, () => {
  test.each(single.cases)('$name', ({ signature, valid }) => {
    const own = signBody(single.webhook_secret, new TextEncoder().encode(single.body))
    expect(own === signature).toBe(valid)
  })
})
