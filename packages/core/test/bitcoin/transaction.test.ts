import {
  maxTransactionBytes,
  parseTransaction,
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { txid } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyTransaction, unsignedTransaction } from './arbitrary-transaction.ts'
import { okValue } from './vectors.ts'

const input = {
  txid: txid(new Uint8Array(32).fill(0xab)),
  vout: 1,
  scriptSig: new Uint8Array(),
  sequence: 0xffff_fffd,
  witness: [],
}
const transaction: Transaction = {
  version: 2,
  inputs: [input],
  outputs: [{ value: sats(1000n), scriptPubKey: Uint8Array.of(0x51) }],
  locktime: 7,
}
const unsigned = toHex(serialiseTransaction(transaction))
const signed = toHex(
  serialiseTransaction({ ...transaction, inputs: [{ ...input, witness: [Uint8Array.of(1)] }] }),
)

describe('properties', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(anyTransaction, (any) => {
        expect(okValue(parseTransaction(serialiseTransaction(any)))).toEqual(any)
      }),
    )
  })

  test('what is read is written back', () => {
    const prefix = hexToBytes(signed)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat({ max: prefix.length }),
        (noise, length) => {
          const bytes = Uint8Array.of(...prefix.subarray(0, length), ...noise)
          const parsed = parseTransaction(bytes)
          if (parsed.ok) expect(serialiseTransaction(parsed.value)).toEqual(bytes)
        },
      ),
    )
  })

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseTransaction(bytes)).toHaveProperty('ok')
      }),
    )
  })

  test('every truncation is refused', () => {
    fc.assert(
      fc.property(anyTransaction, fc.double({ min: 0, max: 1, maxExcluded: true }), (any, part) => {
        const bytes = serialiseTransaction(any)
        const cut = bytes.subarray(0, Math.floor(bytes.length * part))
        expect(parseTransaction(cut).ok).toBe(false)
      }),
    )
  })

  test('a witness never changes the id', () => {
    fc.assert(
      fc.property(unsignedTransaction, (any) => {
        const witness = [new Uint8Array(72)]
        const withWitness = { ...any, inputs: any.inputs.map((i) => ({ ...i, witness })) }
        expect(transactionId(withWitness)).toEqual(transactionId(any))
      }),
    )
  })
})

describe('refusals', () => {
  test.each<[string, string, string, number]>([
    ['nothing', '', 'expected 4 more bytes, got 0', 0],
    ['bytes left over', `${unsigned}00`, '1 bytes left over', unsigned.length / 2],
    ['no inputs', `02000000${'00'}01${'00'.repeat(13)}`, 'transaction has no inputs', 7],
    [
      'no outputs',
      `0200000001${'00'.repeat(36)}00${'00'.repeat(4)}00${'00'.repeat(4)}`,
      'no outputs',
      47,
    ],
    ['a count of inputs beyond the bytes', `02000000ff${'00'.repeat(4)}01000000`, 'exceeds', 4],
    [
      'a count of outputs beyond the bytes',
      unsigned.replace('fdffffff01', 'fdffffff02'),
      'exceeds',
      46,
    ],
    [
      'a long form of a short count',
      unsigned.replace('0200000001', '02000000fd0100'),
      'shortest',
      4,
    ],
    ['a script length beyond the bytes', unsigned.replace('0151', '7f51'), 'expected 127', 56],
    [
      'an amount above 21 million bitcoin',
      unsigned.replace('e803000000000000', '0140075af0750700'),
      'amount is above 21 million bitcoin',
      47,
    ],
    [
      'an amount above 2^53',
      unsigned.replace('e803000000000000', 'ffffffffffffffff'),
      'out of range',
      47,
    ],
    [
      'outputs that add up to more than 21 million bitcoin',
      unsigned.replace('01e8030000000000000151', '020040075af075070001510100000000000000' + '00'),
      'add up',
      66,
    ],
    [
      'a witness form without a witness',
      signed.replace('0151010101', '015100'),
      'witness form without a witness',
      59,
    ],
    ['a witness count beyond the bytes', signed.replace('0151010101', '0151fc0101'), 'exceeds', 59],
    ['an unknown flag', signed.replace('02000000000101', '02000000000201'), 'no inputs', 5],
  ])('%s', (_, hex, message, offset) => {
    const parsed = parseTransaction(hexToBytes(hex))
    expect(parsed).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message), offset },
    })
  })

  test('more than the size limit', () => {
    expect(parseTransaction(new Uint8Array(maxTransactionBytes + 1))).toEqual({
      ok: false,
      error: { message: 'expected at most 400000 bytes, got 400001', offset: maxTransactionBytes },
    })
  })
})

test('the result shares no memory with the input', () => {
  const bytes = hexToBytes(unsigned)
  const parsed = okValue(parseTransaction(bytes))
  bytes.fill(0)
  expect(parsed).toEqual(transaction)
})

test('numbers beyond 32 bits are misuse', () => {
  expect(() => serialiseTransaction({ ...transaction, locktime: 2 ** 32 })).toThrow(RangeError)
})
