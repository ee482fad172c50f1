import { bip143Digest, findSighash, maxSearchedScriptBytes } from '@boltwarden/core/bitcoin/bip143'
import { hash160Of } from '@boltwarden/core/bitcoin/hash'
import { parseTransaction, serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { buildReceivedHtlc } from '@boltwarden/core/bolt3/scripts/received-htlc'
import { digest, publicKey, txid } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unsignedTransaction } from './arbitrary-transaction.ts'
import { okValue } from './vectors.ts'

const script = fc.uint8Array({ minLength: 1, maxLength: maxSearchedScriptBytes - 1 })
const amount = fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }).map(sats)

describe('findSighash', () => {
  test('finds the input and the type of every digest', () => {
    fc.assert(
      fc.property(unsignedTransaction, script, amount, fc.nat(), (transaction, code, value, n) => {
        const inputIndex = n % transaction.inputs.length
        const types = ['all', 'single-anyonecanpay'] as const
        for (const sighash of inputIndex < transaction.outputs.length ? types : ['all' as const]) {
          const message = bip143Digest(transaction, inputIndex, code, value, sighash)
          const found = findSighash(transaction, code, value, message)
          expect(found?.sighash).toBe(sighash)
          expect(transaction.inputs[found?.inputIndex ?? -1]).toEqual(
            transaction.inputs[inputIndex],
          )
        }
      }),
    )
  })

  test('finds nothing where the amount, the script or the transaction is another', () => {
    fc.assert(
      fc.property(unsignedTransaction, script, amount, (transaction, code, value) => {
        const message = bip143Digest(transaction, 0, code, value, 'all')
        const other = sats(value === 0n ? 1n : value - 1n)
        const longer = Uint8Array.of(...code, 0xac)
        const later = { ...transaction, locktime: transaction.locktime ^ 1 }
        expect(findSighash(transaction, code, other, message)).toBeUndefined()
        expect(findSighash(transaction, longer, value, message)).toBeUndefined()
        expect(
          findSighash({ ...later, locktime: later.locktime >>> 0 }, code, value, message),
        ).toBe(undefined)
      }),
    )
  })

  const many = {
    version: 2,
    inputs: Array.from({ length: 9_700 }, (_, vout) => ({
      txid: txid(new Uint8Array(32)),
      vout,
      scriptSig: new Uint8Array(),
      sequence: 0,
      witness: [],
    })),
    outputs: [{ value: sats(0n), scriptPubKey: new Uint8Array() }],
    locktime: 0,
  }

  test('the last of 9,700 inputs', () => {
    const transaction = okValue(parseTransaction(serialiseTransaction(many)))
    const code = new Uint8Array(141)
    const message = bip143Digest(transaction, 9_699, code, sats(1n), 'all')
    expect(findSighash(transaction, code, sats(1n), message)).toEqual({
      inputIndex: 9_699,
      sighash: 'all',
      digest: message,
    })
  })

  test('the first of several digests that stands for an input', () => {
    const code = new Uint8Array(25)
    const wrong = digest(new Uint8Array(32))
    const right = bip143Digest(many, 1, code, sats(1n), 'all')
    expect(findSighash(many, code, sats(1n), wrong, right)).toEqual({
      inputIndex: 1,
      sighash: 'all',
      digest: right,
    })
  })

  test('looks at the longest template, and at no longer script', () => {
    const key = publicKey(Uint8Array.of(2, ...new Uint8Array(32)))
    const longest = buildReceivedHtlc({
      commitmentType: 'anchors',
      revocationPublicKeyHash: hash160Of(key),
      broadcasterHtlcPublicKey: key,
      countersignatoryHtlcPublicKey: key,
      paymentHash160: hash160Of(key),
      cltvExpiry: 499_999_999,
    })
    expect(longest.length).toBe(maxSearchedScriptBytes)
    const found = (code: Uint8Array) =>
      findSighash(many, code, sats(1n), bip143Digest(many, 0, code, sats(1n), 'all'))
    expect(found(longest)?.inputIndex).toBe(0)
    expect(found(Uint8Array.of(...longest, 0))).toBeUndefined()
  })

  test('a digest that commits to no output is not made, and never found', () => {
    expect(() => bip143Digest(many, 1, new Uint8Array(1), sats(1n), 'single-anyonecanpay')).toThrow(
      '"inputIndex" expected integer 0..0, got 1',
    )
    expect(() => bip143Digest(many, 9_700, new Uint8Array(1), sats(1n), 'all')).toThrow(RangeError)
    expect(
      findSighash(many, new Uint8Array(1), sats(1n), digest(new Uint8Array(32))),
    ).toBeUndefined()
  })
})
