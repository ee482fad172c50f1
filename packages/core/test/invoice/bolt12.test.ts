import { parseBytes } from '@boltwarden/core/bitcoin/byte-reader'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import {
  bolt12Invoice,
  bolt12SignatureHash,
  merkleRoot,
  parseBolt12,
} from '@boltwarden/core/invoice/bolt12'
import { parseTlvStream, readBigSize } from '@boltwarden/core/invoice/tlv-stream'
import { schnorr } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { okValue, readVectors } from '../bitcoin/vectors.ts'

type Text = { name: string; valid: boolean; text: string }
const formats = readVectors<{ source: string; cases: Text[] }>('bolt12/format-string.json')
const offers = readVectors<{
  source: string
  cases: (Text & { fields?: { type: number; length: number; hex: string }[] })[]
}>('bolt12/offers.json')
const signatures = readVectors<{
  source: string
  cases: {
    name: string
    text?: string
    records: string[]
    merkleRoot: string
    message?: 'invoice_request'
    field?: string
    signatureHash?: string
    signature?: string
  }[]
}>('bolt12/signature.json')
const bigSizes = readVectors<{
  source: string
  cases: { name: string; bytes: string; value?: string; error?: string }[]
}>('bolt1-bigsize/vectors.json')

describe(bigSizes.source, () => {
  test.each(bigSizes.cases)('$name', ({ bytes, value }) => {
    const read = parseBytes(hexToBytes(bytes), 9, readBigSize)
    if (value === undefined) expect(read.ok).toBe(false)
    else expect(read).toEqual({ ok: true, value: BigInt(value) })
  })
})

describe(formats.source, () => {
  test.each(formats.cases)('$name', ({ valid, text }) => {
    expect(parseBolt12(text).ok).toBe(valid)
  })
})

describe(offers.source, () => {
  test.each(offers.cases)('$name', ({ valid, text, fields }) => {
    const parsed = parseBolt12(text)
    expect(parsed.ok).toBe(valid)
    if (!parsed.ok) return
    expect(parsed.value.kind).toBe('offer')
    expect(parsed.value.records.map(({ type, value }) => [type, toHex(value)])).toEqual(
      fields?.map(({ type, hex }) => [type, hex]),
    )
  })
})

describe(signatures.source, () => {
  test.each(signatures.cases)('$name', (c) => {
    const records = okValue(parseTlvStream(hexToBytes(c.records.join(''))))
    expect(toHex(merkleRoot(records))).toBe(c.merkleRoot)
    if (!c.text || !c.message || !c.field) return
    const parsed = okValue(parseBolt12(c.text))
    const root = merkleRoot(parsed.records)
    expect(parsed.kind).toBe('invoice_request')
    expect(toHex(root)).toBe(c.merkleRoot)
    const hash = bolt12SignatureHash(c.message, c.field, root)
    expect(toHex(hash)).toBe(c.signatureHash)
    const value = (type: number) =>
      parsed.records.find((record) => record.type === type)?.value ?? new Uint8Array()
    expect(toHex(value(240))).toBe(c.signature)
    expect(schnorr.verify(value(240), hash, value(88).subarray(1))).toBe(true)
  })
})

const record = (type: number, hex: string) =>
  `${type.toString(16).padStart(2, '0')}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`
const fields: Readonly<Record<string, string>> = {
  createdAt: record(164, '65000000'),
  expiry: record(166, '0e10'),
  paymentHash: record(168, '11'.repeat(32)),
  amount: record(170, '03e8'),
  nodeId: record(176, `02${'22'.repeat(32)}`),
  signature: record(240, '33'.repeat(64)),
}
const invoice = (changed: Readonly<Record<string, string>> = {}) =>
  bolt12Invoice(
    okValue(parseTlvStream(hexToBytes(Object.values({ ...fields, ...changed }).join('')))),
  )

describe('an invoice', () => {
  test('what a signer needs of it', () => {
    const read = okValue(invoice())
    expect(read).toMatchObject({
      amountMsat: 1000n,
      createdAt: 0x65000000n,
      relativeExpiry: 3600n,
    })
    expect(toHex(read.paymentHash)).toBe('11'.repeat(32))
    expect(read.signature).toHaveLength(64)
    // No signature covers itself.
    expect(okValue(invoice({ signature: '' })).signedHash).toEqual(read.signedHash)
    expect(okValue(invoice({ amount: record(170, '03e9') })).signedHash).not.toEqual(
      read.signedHash,
    )
    expect(okValue(invoice({ expiry: '' })).relativeExpiry).toBe(7200n)
    expect(okValue(invoice({ signature: '' })).signature).toBeUndefined()
  })

  test.each<[string, string, string]>([
    ['paymentHash', '', 'payment hash'],
    ['paymentHash', record(168, '11'.repeat(31)), 'payment hash'],
    ['nodeId', '', 'node id'],
    ['nodeId', record(176, '04'.repeat(33)), 'node id'],
    ['amount', '', 'amount'],
    ['amount', record(170, '0001'), 'amount'],
    ['amount', record(170, '01'.repeat(9)), 'amount'],
    ['createdAt', '', 'creation time'],
    ['expiry', record(166, '01'.repeat(5)), 'expiry'],
    ['signature', record(240, '33'.repeat(63)), 'signature'],
  ])('refused: %s as "%s"', (name, changed, message) => {
    expect(invoice({ [name]: changed })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    })
  })
})

describe('what the vectors leave out', () => {
  test.each([
    ['another prefix', 'lnx1pqps7'],
    ['no separator', 'lnopqps7'],
    ['a character outside bech32', 'lno1b'],
    ['more than 131,072 characters', 'lno1'.padEnd(131_073, 'q')],
  ])('refused: %s', (_, text) => {
    expect(parseBolt12(text).ok).toBe(false)
  })

  test('a type above 2^53 is refused', () => {
    expect(parseTlvStream(hexToBytes('ffffffffffffffffff00')).ok).toBe(false)
  })

  test('nothing has no Merkle root', () => {
    expect(() => merkleRoot([])).toThrow(RangeError)
    const signature = okValue(parseTlvStream(hexToBytes(record(240, '33'.repeat(64)))))
    expect(() => merkleRoot(signature)).toThrow(RangeError)
  })

  test('a stream is its records', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const parsed = parseTlvStream(bytes)
        if (!parsed.ok) return
        expect(parsed.value.map(({ encoded }) => toHex(encoded)).join('')).toBe(toHex(bytes))
      }),
    )
  })

  test('no text makes it throw', () => {
    const letters = fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l+ \n1B')
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 60 }), (text) => {
        expect(parseBolt12(`lni1${text}`)).toHaveProperty('ok')
        expect(parseBolt12(text)).toHaveProperty('ok')
      }),
    )
  })
})
