import { ByteReader, parseBytes } from '@boltwarden/core/bitcoin/byte-reader'
import { ByteWriter } from '@boltwarden/core/bitcoin/byte-writer'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const compactSize = (hex: string) => parseBytes(hexToBytes(hex), 9, (r) => r.compactSize())

describe('compact size', () => {
  test.each<[string, number]>([
    ['00', 0],
    ['fc', 0xfc],
    ['fdfd00', 0xfd],
    ['fdffff', 0xffff],
    ['fe00000100', 0x1_0000],
    ['feffffffff', 0xffff_ffff],
    ['ff0000000001000000', 2 ** 32],
    ['ffffffffffffff1f00', Number.MAX_SAFE_INTEGER],
  ])('%s', (hex, value) => {
    expect(compactSize(hex)).toEqual({ ok: true, value })
    expect(toHex(new ByteWriter(1).compactSize(value).finish())).toBe(hex)
  })

  test.each([
    ['fdfc00', 'shortest'],
    ['feffff0000', 'shortest'],
    ['ffffffffff00000000', 'shortest'],
    ['ff00000000000020ff', 'out of range'],
    ['fd00', 'expected 2 more bytes'],
    ['', 'expected 1 more bytes'],
  ])('refused: %s', (hex, message) => {
    expect(compactSize(hex)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    })
  })
})

test('numbers and bytes come out as they went in', () => {
  const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 })
  fc.assert(
    fc.property(
      uint(8),
      uint(16),
      uint(32),
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.uint8Array({ maxLength: 300 }),
      (a, b, c, d, bytes) => {
        const written = new ByteWriter(1).u8(a).u16(b).u32(c).u64(BigInt(d)).sized(bytes).finish()
        const read = parseBytes(written, 1000, (r) => [
          r.u8(),
          r.u16(),
          r.u32(),
          r.u64(),
          r.sized(),
        ])
        expect(read).toEqual({ ok: true, value: [a, b, c, d, bytes] })
      },
    ),
  )
})

test('a number that does not fit is misuse', () => {
  expect(() => new ByteWriter().u8(256)).toThrow('"uint8" expected integer 0..255, got 256')
  expect(() => new ByteWriter().u16(-1)).toThrow(RangeError)
  expect(() => new ByteWriter().u32(1.5)).toThrow(RangeError)
})

test('a fault of the parser itself is not taken for malformed input', () => {
  const broken = () =>
    parseBytes(new Uint8Array(), 0, () => {
      throw new TypeError('broken')
    })
  expect(broken).toThrow(TypeError)
})

test('peeking reads nothing', () => {
  const reader = new ByteReader(Uint8Array.of(7, 8))
  expect([reader.peek(), reader.peek(1), reader.peek(2)]).toEqual([7, 8, undefined])
  expect(reader.offset).toBe(0)
  expect(reader.remaining).toBe(2)
})
