import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
import { hash160Of, sha256d } from '@boltwarden/core/bitcoin/hash'
import {
  DigestBudget,
  maxSearchedScriptBytes,
  SighashSearch,
} from '@boltwarden/core/bitcoin/sighash-search'
import {
  parseTransaction,
  serialiseTransaction,
  type Transaction,
} from '@boltwarden/core/bitcoin/transaction'
import { buildReceivedHtlc } from '@boltwarden/core/bolt3/scripts/received-htlc'
import { type Digest, digest, publicKey, txid } from '@boltwarden/core/bytes'
import { type Sats, sats } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unsignedTransaction } from './arbitrary-transaction.ts'
import { okValue } from './vectors.ts'

const script = fc.uint8Array({ minLength: 1, maxLength: maxSearchedScriptBytes - 1 })
const finding = (transaction: Transaction, code: Uint8Array, value: Sats, message: Digest) =>
  new SighashSearch(transaction).find(code, value, [message])
const amount = fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }).map(sats)

describe('SighashSearch', () => {
  test('finds the input and the type of every digest', () => {
    fc.assert(
      fc.property(unsignedTransaction, script, amount, fc.nat(), (transaction, code, value, n) => {
        const inputIndex = n % transaction.inputs.length
        const types = ['all', 'single-anyonecanpay'] as const
        for (const sighash of inputIndex < transaction.outputs.length ? types : ['all' as const]) {
          const message = bip143Digest(transaction, inputIndex, code, value, sighash)
          const found = finding(transaction, code, value, message)
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
        expect(finding(transaction, code, other, message)).toBeUndefined()
        expect(finding(transaction, longer, value, message)).toBeUndefined()
        expect(finding({ ...later, locktime: later.locktime >>> 0 }, code, value, message)).toBe(
          undefined,
        )
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
    expect(finding(transaction, code, sats(1n), message)).toEqual({
      inputIndex: 9_699,
      sighash: 'all',
      digest: message,
    })
  })

  test('the first of several digests that stands for an input', () => {
    const code = new Uint8Array(25)
    const wrong = digest(new Uint8Array(32))
    const right = bip143Digest(many, 1, code, sats(1n), 'all')
    expect(new SighashSearch(many).find(code, sats(1n), [wrong, right])).toEqual({
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
      finding(many, code, sats(1n), bip143Digest(many, 0, code, sats(1n), 'all'))
    expect(found(longest)?.inputIndex).toBe(0)
    expect(found(Uint8Array.of(...longest, 0))).toBeUndefined()
  })

  test('a digest that commits to no output is not made, and never found', () => {
    expect(() => bip143Digest(many, 1, new Uint8Array(1), sats(1n), 'single-anyonecanpay')).toThrow(
      '"inputIndex" expected integer 0..0, got 1',
    )
    expect(() => bip143Digest(many, 9_700, new Uint8Array(1), sats(1n), 'all')).toThrow(RangeError)
    expect(finding(many, new Uint8Array(1), sats(1n), digest(new Uint8Array(32)))).toBeUndefined()
  })

  describe('counted', () => {
    const inputs = 300
    const transaction = {
      ...many,
      inputs: many.inputs.slice(0, inputs),
      outputs: Array.from({ length: inputs }, () => ({
        value: sats(0n),
        scriptPubKey: new Uint8Array(),
      })),
    }
    const code = new Uint8Array(25)
    /** What midstates take: prevouts, sequences, outputs. */
    const shared = 3

    /** Hashes that finding one job for each input takes, in the order that `inputOf` gives. */
    function hashes(inputOf: (at: number) => number): number {
      let count = 0
      const search = new SighashSearch(transaction, (preimage) => {
        count++
        return sha256d(preimage)
      })
      for (let at = 0; at < inputs; at++) {
        const inputIndex = inputOf(at)
        // An amount of its own, so that no job could be looked up by another's.
        const value = sats(BigInt(at))
        const message = bip143Digest(transaction, inputIndex, code, value, 'all')
        expect(search.find(code, value, [message])?.inputIndex).toBe(inputIndex)
      }
      return count
    }

    test('jobs in the order of the inputs take a hash each', () => {
      expect(hashes((at) => at)).toBe(shared + inputs)
    })

    test('jobs against the order take a hash each but for the first', () => {
      expect(hashes((at) => inputs - 1 - at)).toBe(shared + inputs + inputs - 1)
    })

    test('jobs in any order take at most n(n+1)/2', () => {
      const order = fc.shuffledSubarray([...transaction.inputs.keys()], { minLength: inputs })
      fc.assert(
        fc.property(order, (inputOf) => {
          const count = hashes((at) => inputOf[at] ?? 0)
          expect(count).toBeLessThanOrEqual(shared + (inputs * (inputs + 1)) / 2)
        }),
        { numRuns: 10 },
      )
    })

    test('a job that signs nothing takes a hash for each input and type, and one for each output', () => {
      let count = 0
      const search = new SighashSearch(transaction, (preimage) => {
        count++
        return sha256d(preimage)
      })
      const wrong = digest(new Uint8Array(32))
      expect(search.find(code, sats(1n), [wrong])).toBeUndefined()
      expect(count).toBe(shared + inputs + 2 * inputs)
      // The second one finds the outputs hashed.
      expect(search.find(code, sats(1n), [wrong])).toBeUndefined()
      expect(count).toBe(shared + inputs + 2 * inputs + 2 * inputs)
    })

    test('a budget ends the search, and says so', () => {
      let count = 0
      const search = new SighashSearch(transaction, (preimage) => {
        count++
        return sha256d(preimage)
      })
      const budget = new DigestBudget(10)
      const at = (inputIndex: number) =>
        bip143Digest(transaction, inputIndex, code, sats(1n), 'all')
      expect(search.find(code, sats(1n), [at(5)], budget)?.inputIndex).toBe(5)
      expect([budget.left, budget.isExceeded]).toEqual([4, false])
      expect(search.find(code, sats(1n), [at(299)], budget)).toBeUndefined()
      expect([budget.left, budget.isExceeded, count]).toEqual([0, true, shared + 10])
      expect(search.find(code, sats(1n), [at(6)], budget)).toBeUndefined()
      expect(count).toBe(shared + 10)
    })
  })
})
