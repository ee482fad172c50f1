import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { parseBolt11, payeeOf } from '@boltwarden/core/invoice/bolt11'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { sha256 } from '@noble/hashes/sha2.js'
import { bech32 } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { okValue, readVectors } from '../bitcoin/vectors.ts'

const vectors = readVectors<{
  source: string
  payee: string
  cases: {
    name: string
    invoice: string
    prefix?: string
    amount?: string
    timestamp?: number
    expiry?: number
    signature?: string
    recoveryId?: number
    signedData?: string
    signedHash?: string
  }[]
  invalid: { name: string; invoice: string }[]
}>('bolt11/vectors.json')

/** The amounts of the vectors, in millisatoshis. */
const amounts: Readonly<Record<string, bigint>> = {
  '2500u': 250_000_000n,
  '20m': 2_000_000_000n,
  '25m': 2_500_000_000n,
  '10m': 1_000_000_000n,
  '9678785340p': 967_878_534n,
}
const withoutSpecifiedHash = [
  '462264ede7e14047e9b249da94fefc47f41f7d02ee9b091815a5506bc8abf75f',
  '0001020304050607080900010203040506070809000102030405060708090102',
]

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', (c) => {
    const invoice = okValue(parseBolt11(c.invoice))
    expect(invoice.network).toBe(c.invoice.startsWith('lntb') ? 'TESTNET' : 'MAINNET')
    if (c.amount) expect(invoice.amountMsat).toBe(amounts[c.amount])
    if (c.prefix && !c.amount) expect(invoice.amountMsat).toBeUndefined()
    if (c.timestamp) expect(invoice.timestamp).toBe(c.timestamp)
    if (c.expiry) expect(invoice.expiry).toBe(c.expiry)
    if (c.signature) expect(toHex(invoice.signature)).toBe(c.signature)
    if (c.recoveryId !== undefined) expect(invoice.recoveryId).toBe(c.recoveryId)
    if (c.signedData) {
      expect(toHex(sha256(hexToBytes(c.signedData)))).toBe(toHex(invoice.signedHash))
    }
    if (c.signedHash) expect(toHex(invoice.signedHash)).toBe(c.signedHash)
    expect(withoutSpecifiedHash).toContain(toHex(invoice.paymentHash))
    expect(toHex(invoice.paymentSecret)).toBe('11'.repeat(32))
    const payee = payeeOf(invoice, portable)
    // That example negates S and keeps the recovery id: a key is recovered, but another one.
    if (c.name.includes('high-S')) expect(payee).toHaveLength(33)
    else expect(payee && toHex(payee)).toBe(vectors.payee)
  })

  // The one whose signature nobody could have made is only seen through with the curve.
  const recoverable = vectors.invalid.filter(({ name }) => !isAboutSignature(name))
  test.each(recoverable)('refused: $name', ({ invoice }) => {
    expect(parseBolt11(invoice)).toMatchObject({ ok: false })
  })

  test.each(vectors.invalid.filter(({ name }) => isAboutSignature(name)))(
    'nobody signed: $name',
    ({ invoice }) => {
      const parsed = parseBolt11(invoice)
      expect(parsed.ok && payeeOf(parsed.value, portable)).toBeFalsy()
    },
  )
})

function isAboutSignature(name: string): boolean {
  return name.startsWith('Signature is not') || name.startsWith('Non canonical signature')
}

const field = (type: number, words: number[]) => [
  type,
  Math.floor(words.length / 32),
  words.length % 32,
  ...words,
]
const zeros = (length: number) => Array<number>(length).fill(0)
const hash = field(1, zeros(52))
const secret = field(16, zeros(52))
const description = field(13, [])
const key = bech32.toWords(Uint8Array.of(2, ...new Uint8Array(32).fill(0x79)))

function invoiceOf(fields: number[][], prefix = 'lnbcrt', signature = zeros(104)): string {
  return bech32.encode(prefix, [...zeros(7), ...fields.flat(), ...signature], false)
}

describe('what the vectors leave out', () => {
  test('an invoice of only what must be there', () => {
    const invoice = okValue(parseBolt11(invoiceOf([hash, secret, description])))
    expect(invoice).toMatchObject({
      network: 'REGTEST',
      amountMsat: undefined,
      timestamp: 0,
      expiry: 3600,
      minFinalCltvExpiryDelta: 18,
      claimedPayee: undefined,
      descriptionHash: undefined,
      recoveryId: 0,
    })
    expect(invoice.description).toHaveLength(0)
    expect(invoice.fields).toHaveLength(3)
    expect(payeeOf(invoice, portable)).toBeUndefined()
  })

  test('what the payee claims is not taken for granted', () => {
    const invoice = okValue(
      parseBolt11(invoiceOf([hash, secret, description, field(19, key)], 'lntbs')),
    )
    expect(invoice.network).toBe('SIGNET')
    expect(invoice.claimedPayee).toHaveLength(33)
    expect(payeeOf(invoice, portable)).toBeUndefined()
  })

  test('the expiry and the last delta', () => {
    const fields = [hash, secret, description, field(6, [1, 28]), field(24, [2, 0])]
    expect(okValue(parseBolt11(invoiceOf(fields)))).toMatchObject({
      expiry: 60,
      minFinalCltvExpiryDelta: 64,
    })
  })

  test.each<[string, string, string]>([
    ['no payment hash', invoiceOf([secret, description]), 'payment hash'],
    ['no payment secret', invoiceOf([hash, description]), 'payment secret'],
    ['two payment hashes', invoiceOf([hash, hash, secret, description]), 'stands twice'],
    ['no description', invoiceOf([hash, secret]), 'either a description'],
    [
      'a description and its hash',
      invoiceOf([hash, secret, description, field(23, zeros(52))]),
      'either a description',
    ],
    ['a description with wrong padding', invoiceOf([hash, secret, field(13, [1])]), 'malformed'],
    [
      'a payment hash with wrong padding',
      invoiceOf([field(1, [...zeros(51), 1]), secret, description]),
      'payment hash',
    ],
    [
      'a payee that is no key',
      invoiceOf([hash, secret, description, field(19, zeros(53))]),
      'no public key',
    ],
    [
      'an expiry with a leading zero',
      invoiceOf([hash, secret, description, field(6, [0, 1])]),
      'minimal',
    ],
    [
      'an expiry above 50 bits',
      invoiceOf([hash, secret, description, field(6, Array(11).fill(1))]),
      'minimal',
    ],
    [
      'features with a leading zero',
      invoiceOf([hash, secret, description, field(5, [0, 1])]),
      'features',
    ],
    [
      'an unknown feature that is required',
      invoiceOf([hash, secret, description, field(5, [1])]),
      'unknown feature',
    ],
    ['a field cut short', invoiceOf([hash, secret, [13, 31, 31]]), 'cut short'],
    ['a field without a length', invoiceOf([hash, secret, [13, 0]]), 'cut short'],
    [
      'a recovery id above 3',
      invoiceOf([hash, secret, description], 'lnbc', [...zeros(103), 4]),
      'recovery id',
    ],
    ['an amount with a leading zero', invoiceOf([hash, secret, description], 'lnbc01m'), 'prefix'],
    [
      'an amount above 21 million bitcoin',
      invoiceOf([hash, secret, description], 'lnbc21000001'),
      'amount',
    ],
    ['another currency', invoiceOf([hash, secret, description], 'lnltc'), 'prefix'],
    ['more than 8,192 characters', 'lnbc1'.padEnd(8193, 'q'), 'bech32'],
  ])('refused: %s', (_, text, message) => {
    expect(parseBolt11(text)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    })
  })

  test('an odd feature that is unknown is passed over', () => {
    expect(parseBolt11(invoiceOf([hash, secret, description, field(5, [2])])).ok).toBe(true)
  })

  test('no text makes it throw', () => {
    const any = fc.oneof(
      fc.string(),
      fc.array(fc.nat({ max: 31 }), { maxLength: 300 }).map((words) => invoiceOf([words])),
    )
    fc.assert(
      fc.property(any, (text) => {
        expect(parseBolt11(text)).toHaveProperty('ok')
      }),
    )
  })

  test('every changed character is noticed', () => {
    const [first] = vectors.cases
    const text = first?.invoice ?? ''
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.constantFrom(...'qpzry9x8'),
        (at, letter) => {
          fc.pre(text[at] !== letter)
          expect(parseBolt11(text.slice(0, at) + letter + text.slice(at + 1)).ok).toBe(false)
        },
      ),
    )
  })
})
