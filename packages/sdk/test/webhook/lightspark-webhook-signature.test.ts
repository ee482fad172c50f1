import { inspect } from 'node:util'
import { isSignedWebhook, LightsparkFault, signWebhook, verifyWebhook } from '@boltwarden/sdk'
import { describe, expect, test } from 'vitest'
import { officialEvents, officialSignatures, scenarios, utf8 } from '../vectors.ts'

const { webhook_secret: secret } = officialSignatures
const body = utf8(officialSignatures.body)

describe(officialSignatures.source, () => {
  test.each(officialSignatures.cases)('$name', ({ signature, valid }) => {
    expect(isSignedWebhook(body, signature, secret)).toBe(valid)
  })
})

describe(officialEvents.source, () => {
  test.each(officialEvents.cases)('$name', ({ body, signature }) => {
    expect(signWebhook(utf8(body), officialEvents.webhook_secret)).toBe(signature)
  })
})

describe('the recorded corpus', () => {
  test.each(scenarios)('$scenario', ({ events, webhook_secret }) => {
    for (const { body, signature } of events) {
      expect(isSignedWebhook(utf8(body), signature, webhook_secret)).toBe(true)
    }
  })
})

describe('what a receiver meets', () => {
  const good = signWebhook(body, secret)

  test('any of several active secrets signs, in any place', () => {
    expect(isSignedWebhook(body, good, [secret, 'old'])).toBe(true)
    expect(isSignedWebhook(body, good, ['new', secret])).toBe(true)
    expect(isSignedWebhook(body, good, ['new', 'old'])).toBe(false)
  })

  test.each([
    ['absent', undefined],
    ['null', null],
    ['sent twice', [good, good]],
    ['in upper case', good.toUpperCase()],
    ['with a space', ` ${good}`],
    ['empty', ''],
  ])('a signature that is %s is refused', (_, signature) => {
    expect(isSignedWebhook(body, signature, secret)).toBe(false)
  })

  test('every changed byte is noticed', () => {
    for (const at of body.keys()) {
      const changed = body.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(isSignedWebhook(changed, good, secret)).toBe(false)
    }
  })

  test('an unset secret is misuse, not a key that anybody knows', () => {
    const unset: string = JSON.parse('{}').SECRET
    expect(() => isSignedWebhook(body, good, unset)).toThrow(TypeError)
    expect(() => isSignedWebhook(body, good, '')).toThrow(RangeError)
    expect(() => isSignedWebhook(body, good, [])).toThrow(RangeError)
    expect(() => isSignedWebhook(body, good, [unset])).toThrow(
      '"secret" expected string, got undefined',
    )
  })

  test('a body that was parsed already is misuse', () => {
    const parsed = JSON.parse(officialSignatures.body)
    expect(() => isSignedWebhook(parsed, good, secret)).toThrow(
      '"data" expected Uint8Array, got object',
    )
  })

  test('the fault of a wrong signature tells nothing', () => {
    const fault = caught(() => verifyWebhook(body, 'deadbeef', secret))
    expect(fault).toBeInstanceOf(LightsparkFault)
    expect(inspect(fault)).not.toContain(secret)
    expect(inspect(fault)).not.toContain(good)
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
