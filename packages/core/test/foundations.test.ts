import { inspect } from 'node:util'
import { bigint, bytes, integer, typeName } from '@boltwarden/core/assert'
import * as core from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import * as ids from '@boltwarden/core/ids'
import { isNetwork, networks } from '@boltwarden/core/network'
import { err, ok } from '@boltwarden/core/result'
import { Secret } from '@boltwarden/core/secret'
import * as units from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** A value of any type, as a caller without types would pass it. */
const untyped = (value: unknown) => JSON.parse(JSON.stringify({ value })).value

describe('assert', () => {
  test('bytes', () => {
    const value = new Uint8Array(3)
    expect(bytes('x', value)).toBe(value)
    expect(bytes('x', value, 2, 3)).toBe(value)
    expect(bytes('x', Buffer.alloc(3), 3).length).toBe(3)
    expect(() => bytes('x', value, 2, 4)).toThrow(
      new RangeError('"x" expected 2 or 4 bytes, got 3'),
    )
    expect(() => bytes('x', [1])).toThrow(new TypeError('"x" expected Uint8Array, got array'))
    expect(() => bytes('x', 'aa')).toThrow(new TypeError('"x" expected Uint8Array, got string'))
  })

  test('integer', () => {
    expect(integer('x', 5, 0, 5)).toBe(5)
    for (const value of [-1, 6, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => integer('x', value, 0, 5)).toThrow(
        new RangeError(`"x" expected integer 0..5, got ${value}`),
      )
    }
    expect(() => integer('x', '5', 0, 5)).toThrow(new TypeError('"x" expected number, got string'))
  })

  test('bigint', () => {
    expect(bigint('x', 5n, 0n, 5n)).toBe(5n)
    expect(() => bigint('x', 6n, 0n, 5n)).toThrow(new RangeError('"x" expected 0..5, got 6'))
    expect(() => bigint('x', -1n, 0n, 5n)).toThrow(RangeError)
    expect(() => bigint('x', 5, 0n, 5n)).toThrow(new TypeError('"x" expected bigint, got number'))
  })

  test('typeName', () => {
    expect([null, [], {}, undefined, 1n].map(typeName)).toEqual([
      'null',
      'array',
      'object',
      'undefined',
      'bigint',
    ])
  })
})

describe('hex', () => {
  test('writing undoes reading, in lower case', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        expect(hexToBytes(toHex(value))).toEqual(value)
        expect(hexToBytes(toHex(value).toUpperCase())).toEqual(value)
      }),
    )
  })

  test.each(['a', '0x00', 'zz', '0 ', ' 00', '00\n', '+1', '1e1'])('%j is none', (text) => {
    const error = new RangeError('"hex" expected an even number of hex digits')
    expect(() => hexToBytes(text)).toThrow(error)
  })

  test('a number is none', () => {
    expect(() => hexToBytes(untyped(12))).toThrow(
      new TypeError('"hex" expected string, got number'),
    )
  })

  test('a megabyte is read in reasonable time', () => {
    expect(hexToBytes('ab'.repeat(2 ** 20)).length).toBe(2 ** 20)
  })
})

describe('bytes', () => {
  test.each([
    ['digest', core.digest, 32],
    ['publicKey', core.publicKey, 33],
    ['signature', core.compactSignature, 64],
    ['paymentHash', core.paymentHash, 32],
    ['paymentPreimage', core.paymentPreimage, 32],
    ['preimageNonce', core.preimageNonce, 32],
    ['commitmentSecret', core.commitmentSecret, 32],
    ['tweak', core.tweak, 32],
    ['txid', core.txid, 32],
  ] as const)('%s has its length', (label, brand, length) => {
    const value = new Uint8Array(length).fill(2)
    expect(brand(value)).toBe(value)
    for (const wrong of [0, length - 1, length + 1]) {
      expect(() => brand(new Uint8Array(wrong).fill(2))).toThrow(
        new RangeError(`"${label}" expected ${length} bytes, got ${wrong}`),
      )
    }
  })

  test('a public key is compressed', () => {
    for (const first of [0, 1, 4, 6]) {
      const value = new Uint8Array(33).fill(first)
      expect(() => core.publicKey(value)).toThrow('"publicKey" expected a compressed point')
    }
  })

  test('equality and concatenation', () => {
    const values = fc.uint8Array({ maxLength: 4 })
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(core.equalBytes(a, b)).toBe(toHex(a) === toHex(b))
        expect(toHex(core.concat(a, b))).toBe(toHex(a) + toHex(b))
      }),
    )
    expect(core.concat()).toEqual(new Uint8Array())
  })
})

describe('secret', () => {
  test('never becomes text', () => {
    const secret = new Secret(Uint8Array.from([222, 173, 190, 239]))
    const texts = [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true }),
      inspect({ secret }, { depth: 10, showHidden: true, customInspect: false }),
    ]
    for (const text of texts) expect(text).not.toMatch(/222|dead|3q2/)
    expect(texts.slice(0, 3)).toEqual(['[secret]', '{"secret":"[secret]"}', '[secret]'])
  })

  test('copies, lends and overwrites', () => {
    const value = Uint8Array.of(1, 2, 3)
    const secret = new Secret(value)
    value.fill(0)
    const lent = secret.use((own) => own)
    expect(lent).toEqual(Uint8Array.of(1, 2, 3))
    secret.dispose()
    secret.dispose()
    expect(lent).toEqual(new Uint8Array(3))
    expect(() => secret.use(() => 0)).toThrow(new TypeError('"secret" was disposed of'))
  })
})

describe('units', () => {
  test('number and index mirror each other', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }), (value) => {
        const number = units.commitmentNumber(Number(value))
        expect(BigInt(units.indexOf(number))).toBe(2n ** 48n - 1n - value)
        expect(units.numberOf(units.indexOf(number))).toBe(number)
      }),
    )
  })

  test.each([-1, 2 ** 48, 0.5])('%d is neither number nor index', (value) => {
    expect(() => units.commitmentNumber(value)).toThrow('"commitmentNumber" expected integer')
    expect(() => units.commitmentIndex(value)).toThrow('"commitmentIndex" expected integer')
  })

  test('amounts end at 21 million bitcoin', () => {
    expect(units.sats(units.maxSats)).toBe(2_100_000_000_000_000n)
    expect(() => units.sats(units.maxSats + 1n)).toThrow('"sats" expected 0..2100000000000000')
    expect(() => units.feeratePerKw(2 ** 32)).toThrow('"feeratePerKw" expected integer')
    expect(units.feeratePerKw(253)).toBe(253)
  })
})

describe('ids', () => {
  const makers = [ids.eventId, ids.channelId, ids.nodeId, ids.invoiceId, ids.payloadId]

  test.each(makers)('%o takes printable ASCII', (make) => {
    expect(make('Channel:018fe6a8-1096')).toBe('Channel:018fe6a8-1096')
    for (const text of ['', ' ', 'a b', 'ü', 'a\n', 'a\u0000', 'a'.repeat(257)]) {
      expect(() => make(text)).toThrow('expected 1..256 printable ASCII characters')
    }
    expect(() => make(untyped(5))).toThrow(TypeError)
  })
})

test('network', () => {
  expect(networks.every(isNetwork)).toBe(true)
  expect([undefined, 'mainnet', 'BITCOIN', 0].some(isNetwork)).toBe(false)
})

test('result', () => {
  expect(ok(1)).toEqual({ ok: true, value: 1 })
  expect(err('why')).toEqual({ ok: false, error: 'why' })
})
