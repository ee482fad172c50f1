import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { commitmentFee, commitmentWeight, htlcTransactionWeight } from '@boltwarden/core/bolt3/fees'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { buildOfferedHtlc } from '@boltwarden/core/bolt3/scripts/offered-htlc'
import { buildReceivedHtlc } from '@boltwarden/core/bolt3/scripts/received-htlc'
import { publicKey, txid } from '@boltwarden/core/bytes'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { weightOf } from '../bitcoin/weight.ts'

const vectors = readVectors<{
  source: string
  cases: {
    name: string
    commitmentType: CommitmentType
    commitmentBase: number
    perHtlc: number
    htlcTimeout: number
    htlcSuccess: number
    offeredHtlcScriptBytes: number
    acceptedHtlcScriptBytes: number
  }[]
}>('bolt3-appendix-a/vectors.json')

const key = publicKey(new Uint8Array(33).fill(2))
const hash = hash160(new Uint8Array(20))
const signature = new Uint8Array(73)
const empty = new Uint8Array()

function signed(witness: Uint8Array[], scripts: Uint8Array[]): Transaction {
  return {
    version: 2,
    inputs: [{ txid: txid(new Uint8Array(32)), vout: 0, scriptSig: empty, sequence: 0, witness }],
    outputs: scripts.map((scriptPubKey) => ({ value: sats(1n), scriptPubKey })),
    locktime: 0,
  }
}

describe(vectors.source, () => {
  describe.each(vectors.cases)('$name', (c) => {
    const htlc = {
      commitmentType: c.commitmentType,
      revocationPublicKeyHash: hash,
      broadcasterHtlcPublicKey: key,
      countersignatoryHtlcPublicKey: key,
      paymentHash160: hash,
    }
    const offered = buildOfferedHtlc(htlc)
    const received = buildReceivedHtlc({ ...htlc, cltvExpiry: 2 ** 24 })

    test('commitment', () => {
      expect(commitmentWeight(c.commitmentType, 0)).toBe(c.commitmentBase)
      expect(commitmentWeight(c.commitmentType, 7)).toBe(c.commitmentBase + 7 * c.perHtlc)
    })

    test('weighed commitment', () => {
      const own =
        c.commitmentType === 'anchors'
          ? [1, 2, 3, 4].map(() => p2wsh(empty))
          : [p2wsh(empty), p2wpkh(key)]
      const witness = [empty, signature, signature, buildFunding(key, key)]
      const weight = weightOf(signed(witness, [...own, ...Array(7).fill(p2wsh(empty))]))
      // The text counts outputs with 3 bytes on anchor channels.
      const counted = c.commitmentType === 'anchors' ? 8 : 0
      expect(weight + counted).toBe(commitmentWeight(c.commitmentType, 7))
    })

    test('HTLC transactions', () => {
      expect(htlcTransactionWeight(c.commitmentType, 'offered')).toBe(c.htlcTimeout)
      expect(htlcTransactionWeight(c.commitmentType, 'received')).toBe(c.htlcSuccess)
    })

    test('weighed HTLC transactions', () => {
      const timeout = signed([empty, signature, signature, empty, offered], [p2wsh(empty)])
      const preimage = new Uint8Array(32)
      const success = signed([empty, signature, signature, preimage, received], [p2wsh(empty)])
      expect(weightOf(timeout)).toBe(c.htlcTimeout)
      expect(weightOf(success)).toBe(c.htlcSuccess - 1)
    })

    test('script lengths', () => {
      expect(offered.length).toBe(c.offeredHtlcScriptBytes)
      expect(received.length).toBe(c.acceptedHtlcScriptBytes)
    })
  })

  test('the example of the fee calculation', () => {
    expect(commitmentFee('static-remotekey', feeratePerKw(5000), 2)).toBe(5340n)
  })
})
