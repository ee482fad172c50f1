import { AccountTokenAuthProvider, LightsparkClient } from '@boltwarden/sdk'
import { describe, expect, test } from 'vitest'

const auth = new AccountTokenAuthProvider('id', 'secret')
const path = '/graphql/server/2023-09-13'

describe('the endpoint of a base URL', () => {
  test.each([
    [undefined, 'https://api.lightspark.com'],
    ['api.dev.lightspark.com', 'https://api.dev.lightspark.com'],
    ['localhost:8090', 'https://localhost:8090'],
    ['https://api.lightspark.com/', 'https://api.lightspark.com'],
    ['https://proxy.example/lightspark/', 'https://proxy.example/lightspark'],
    ['http://127.0.0.1:8090', 'http://127.0.0.1:8090'],
    ['http://[::1]:8090', 'http://[::1]:8090'],
    ['http://localhost', 'http://localhost'],
    ['HTTP://sandbox.localhost:8090', 'http://sandbox.localhost:8090'],
  ])('%s', (baseUrl, origin) => {
    expect(new LightsparkClient(auth, baseUrl).url).toBe(origin + path)
  })

  test.each([
    ['', '"baseUrl" expected a host such as api.lightspark.com'],
    ['https://', '"baseUrl" expected a host such as api.lightspark.com'],
    ['ftp://api.lightspark.com', '"baseUrl" expected https:// or http://'],
    ['https://user:canary@host', '"baseUrl" expected no credentials, query or fragment'],
    ['api.lightspark.com?a=1', '"baseUrl" expected no credentials, query or fragment'],
    ['http://api.lightspark.com', '"baseUrl" expected https:// for a host other than this one'],
    ['http://127.0.0.1.evil.example', '"baseUrl" expected https:// for a host other than this one'],
    ['http://notlocalhost', '"baseUrl" expected https:// for a host other than this one'],
  ])('%s is refused', (baseUrl, message) => {
    expect(() => new LightsparkClient(auth, baseUrl)).toThrow(new RangeError(message))
  })

  test('plain HTTP to another host, where it is allowed', () => {
    const url = 'http://platform:8090'
    expect(new LightsparkClient(auth, url, { allowPlainHttp: true }).url).toBe(url + path)
  })

  test('options out of range are misuse', () => {
    expect(() => new LightsparkClient(auth, undefined, { deadlineMs: 0 })).toThrow(RangeError)
    expect(() => new LightsparkClient(auth, undefined, { maxAttempts: 1.5 })).toThrow(
      '"maxAttempts" expected integer 1..100, got 1.5',
    )
  })

  test('credentials that cannot be sent are misuse', () => {
    expect(() => new AccountTokenAuthProvider('a:b', 'c')).toThrow(RangeError)
    expect(() => new AccountTokenAuthProvider('', 'c')).toThrow(RangeError)
    const unset: string = JSON.parse('{}').SECRET
    expect(() => new AccountTokenAuthProvider('a', unset)).toThrow(TypeError)
  })
})
