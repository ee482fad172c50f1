import { buildScript, numberElement, parseScript } from '@boltwarden/core/bitcoin/script'
import { buildAnchor, parseAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { buildFunding, parseFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { buildOfferedHtlc, parseOfferedHtlc } from '@boltwarden/core/bolt3/scripts/offered-htlc'
import { buildReceivedHtlc, parseReceivedHtlc } from '@boltwarden/core/bolt3/scripts/received-htlc'
import { buildToLocal, parseToLocal } from '@boltwarden/core/bolt3/scripts/to-local'
import { buildToRemote, parseToRemote } from '@boltwarden/core/bolt3/scripts/to-remote'
import { recogniseScript } from '@boltwarden/core/bolt3/spend'
import { publicKey } from '@boltwarden/core/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { okValue } from '../bitcoin/vectors.ts'
import { anyOfferedHtlc, anyPublicKey, anyReceivedHtlc, anyToLocal } from './arbitrary-script.ts'

/** Every template, as a script that its build made and as the name it is recognised by. */
const anyTemplate = fc.oneof(
  fc.tuple(anyPublicKey, anyPublicKey).map(([a, b]) => ['funding', buildFunding(a, b)] as const),
  anyToLocal.map((parameters) => ['to-local', buildToLocal(parameters)] as const),
  anyPublicKey.map((key) => ['to-remote', buildToRemote(key)] as const),
  anyPublicKey.map((key) => ['anchor', buildAnchor(key)] as const),
  anyOfferedHtlc.map((parameters) => ['offered-htlc', buildOfferedHtlc(parameters)] as const),
  anyReceivedHtlc.map((parameters) => ['received-htlc', buildReceivedHtlc(parameters)] as const),
)

describe('what is built is read back', () => {
  test('funding', () => {
    fc.assert(
      fc.property(anyPublicKey, anyPublicKey, (a, b) => {
        const script = buildFunding(a, b)
        const parsed = parseFunding(script)
        expect(script).toHaveLength(71)
        expect(script).toEqual(buildFunding(b, a))
        expect(parsed?.publicKeys).toContainEqual(a)
        expect(parsed?.publicKeys).toContainEqual(b)
      }),
    )
  })

  test('to_local', () => {
    fc.assert(
      fc.property(anyToLocal, (parameters) => {
        expect(parseToLocal(buildToLocal(parameters))).toEqual(parameters)
      }),
    )
  })

  test('to_remote and anchor', () => {
    fc.assert(
      fc.property(anyPublicKey, (key) => {
        expect(buildToRemote(key)).toHaveLength(37)
        expect(buildAnchor(key)).toHaveLength(40)
        expect(parseToRemote(buildToRemote(key))).toEqual({ paymentPublicKey: key })
        expect(parseAnchor(buildAnchor(key))).toEqual({ fundingPublicKey: key })
      }),
    )
  })

  test('HTLCs of both channel types', () => {
    fc.assert(
      fc.property(anyOfferedHtlc, (parameters) => {
        expect(parseOfferedHtlc(buildOfferedHtlc(parameters))).toEqual(parameters)
      }),
    )
    fc.assert(
      fc.property(anyReceivedHtlc, (parameters) => {
        expect(parseReceivedHtlc(buildReceivedHtlc(parameters))).toEqual(parameters)
      }),
    )
  })

  test('each by its own name and by no other', () => {
    const parsers = [
      parseFunding,
      parseToLocal,
      parseToRemote,
      parseAnchor,
      parseOfferedHtlc,
      parseReceivedHtlc,
    ]
    fc.assert(
      fc.property(anyTemplate, ([name, script]) => {
        expect(recogniseScript(script)?.template).toBe(name)
        expect(parsers.filter((parse) => parse(script) !== undefined)).toHaveLength(1)
      }),
    )
  })
})

describe('nothing else is read', () => {
  test('a changed byte gives other fields, or no script', () => {
    fc.assert(
      fc.property(
        anyTemplate,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ([, script], n, flip) => {
          const changed = script.slice()
          const at = n % script.length
          changed[at] = (changed[at] ?? 0) ^ flip
          const parsed = recogniseScript(changed)
          if (parsed === undefined) return
          expect(parsed).not.toEqual(recogniseScript(script))
        },
      ),
    )
  })

  test('an element left out or doubled', () => {
    fc.assert(
      fc.property(anyTemplate, fc.nat(), ([, script], n) => {
        const elements = [...okValue(parseScript(script))]
        const at = n % elements.length
        const without = elements.toSpliced(at, 1)
        const doubled = elements.toSpliced(at, 0, elements[at] ?? 0)
        expect(recogniseScript(buildScript(...without))).toBeUndefined()
        expect(recogniseScript(buildScript(...doubled))).toBeUndefined()
      }),
    )
  })

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 170 }), (bytes) => {
        expect(recogniseScript(bytes)).toBeUndefined()
      }),
    )
  })

  test('a script longer than any template', () => {
    const key = publicKey(new Uint8Array(33).fill(2))
    expect(parseToRemote(buildScript(key, ...Array<number>(130).fill(0x61)))).toBeUndefined()
  })

  test('funding keys in the wrong order', () => {
    const a = publicKey(new Uint8Array(33).fill(2))
    const b = publicKey(new Uint8Array(33).fill(3))
    expect(parseFunding(buildScript(0x52, a, b, 0x52, 0xae))).toBeDefined()
    expect(parseFunding(buildScript(0x52, b, a, 0x52, 0xae))).toBeUndefined()
    expect(parseFunding(buildScript(0x51, a, b, 0x52, 0xae))).toBeUndefined()
    expect(parseFunding(buildScript(0x52, a, 0x51, 0x52, 0xae))).toBeUndefined()
  })

  test('a delay above 65,535, or an expiry that is a time', () => {
    const key = publicKey(new Uint8Array(33).fill(2))
    const toLocal = { revocationPublicKey: key, delayedPublicKey: key, toSelfDelay: 0xffff }
    const tooLong = parseScript(buildToLocal(toLocal))
    expect(() => buildToLocal({ ...toLocal, toSelfDelay: 0x1_0000 })).toThrow(RangeError)
    const delayed = okValue(tooLong).with(3, numberElement(0x1_0000))
    expect(parseToLocal(buildScript(...delayed))).toBeUndefined()

    fc.assert(
      fc.property(anyReceivedHtlc, (htlc) => {
        expect(() => buildReceivedHtlc({ ...htlc, cltvExpiry: 500_000_000 })).toThrow(RangeError)
        const elements = okValue(parseScript(buildReceivedHtlc(htlc)))
        const timed = elements.with(23, numberElement(500_000_000))
        expect(parseReceivedHtlc(buildScript(...timed))).toBeUndefined()
        const unnumbered = elements.with(23, new Uint8Array(20).fill(1))
        expect(parseReceivedHtlc(buildScript(...unnumbered))).toBeUndefined()
      }),
      { numRuns: 20 },
    )
  })
})
