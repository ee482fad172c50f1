import { obscuringFactor } from '@boltwarden/core/bolt3/commitment-number'
import {
  buildCommitment,
  type CommitmentHtlc,
  type CommitmentParameters,
  isTrimmed,
} from '@boltwarden/core/bolt3/commitment-transaction'
import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { buildHtlcTransaction } from '@boltwarden/core/bolt3/htlc-transaction'
import { recogniseScript } from '@boltwarden/core/bolt3/spend'
import { paymentHash, publicKey, txid } from '@boltwarden/core/bytes'
import { commitmentNumber, feeratePerKw, sats } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const keyOf = (fill: number) => publicKey(Uint8Array.of(3, ...new Uint8Array(32).fill(fill)))

const parameters: CommitmentParameters = {
  type: 'anchors',
  funding: { txid: txid(new Uint8Array(32)), vout: 0 },
  number: commitmentNumber(7),
  obscuringFactor: obscuringFactor(0),
  keys: {
    broadcasterFunding: keyOf(1),
    countersignatoryFunding: keyOf(2),
    revocation: keyOf(3),
    broadcasterDelayed: keyOf(4),
    broadcasterHtlc: keyOf(5),
    countersignatoryHtlc: keyOf(6),
    countersignatoryPayment: keyOf(7),
  },
  toSelfDelay: 144,
  dustLimit: sats(354n),
  feerate: feeratePerKw(1000),
  funder: 'countersignatory',
  toLocalMsat: 500_000_999n,
  toRemoteMsat: 400_000_999n,
  htlcs: [],
}
const htlc: CommitmentHtlc = {
  direction: 'offered',
  amountMsat: 1_000_999n,
  paymentHash: paymentHash(new Uint8Array(32)),
  cltvExpiry: 600,
}
const kindsAndValues = (changed: Partial<CommitmentParameters>) =>
  buildCommitment({ ...parameters, ...changed }).outputs.map(({ kind, value }) => [kind, value])

describe('a commitment funded by the countersignatory', () => {
  test('its fee and both anchors come off to_remote', () => {
    expect(kindsAndValues({})).toEqual([
      ['anchor', 330n],
      ['anchor', 330n],
      ['to-remote', 400_000n - 1_124n - 660n],
      ['to-local', 500_000n],
    ])
  })

  test('an HTLC keeps the anchor of a side without an output', () => {
    expect(kindsAndValues({ toRemoteMsat: 0n })).toEqual([
      ['anchor', 330n],
      ['to-local', 500_000n],
    ])
    expect(kindsAndValues({ toRemoteMsat: 0n, htlcs: [htlc] })).toEqual([
      ['anchor', 330n],
      ['anchor', 330n],
      ['htlc', 1_000n],
      ['to-local', 500_000n],
    ])
  })

  test('a funder that cannot pay the fee pays all it has', () => {
    expect(kindsAndValues({ toRemoteMsat: 1_783_999n })).toEqual([
      ['anchor', 330n],
      ['to-local', 500_000n],
    ])
  })
})

describe('properties', () => {
  const anyHtlc = fc.record({
    direction: fc.constantFrom('offered' as const, 'received' as const),
    amountMsat: fc.bigInt({ min: 1n, max: 5_000_000n }),
    paymentHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(paymentHash),
    cltvExpiry: fc.integer({ min: 1, max: 900_000 }),
  })
  const anyParameters = fc
    .record({
      type: fc.constantFrom(...commitmentTypes),
      funder: fc.constantFrom('broadcaster' as const, 'countersignatory' as const),
      feerate: fc.integer({ min: 253, max: 5_000 }).map(feeratePerKw),
      toLocalMsat: fc.bigInt({ min: 0n, max: 1_000_000_000n }),
      toRemoteMsat: fc.bigInt({ min: 0n, max: 1_000_000_000n }),
      htlcs: fc.array(anyHtlc, { maxLength: 8 }),
    })
    .map((changed) => ({ ...parameters, ...changed }))

  test('outputs never exceed what both sides have, and none is dust but anchors', () => {
    fc.assert(
      fc.property(anyParameters, (any) => {
        const { outputs, transaction } = buildCommitment(any)
        const sum = outputs.reduce((total, { value }) => total + value, 0n)
        const htlcs = any.htlcs.reduce((total, { amountMsat }) => total + amountMsat, 0n)
        const anchorsOfThePoor = any.type === 'anchors' ? 660n : 0n
        expect(sum).toBeLessThanOrEqual(
          (any.toLocalMsat + any.toRemoteMsat + htlcs) / 1000n + anchorsOfThePoor,
        )
        expect(transaction.outputs).toEqual(
          outputs.map(({ value, scriptPubKey }) => ({ value, scriptPubKey })),
        )
        for (const { kind, value } of outputs) {
          expect(value >= (kind === 'anchor' ? 330n : any.dustLimit)).toBe(true)
        }
      }),
    )
  })

  test('every output with a witness script is recognised as what it is', () => {
    fc.assert(
      fc.property(anyParameters, (any) => {
        for (const output of buildCommitment(any).outputs) {
          if (output.witnessScript === undefined) continue
          const kind = output.kind === 'htlc' ? `${output.htlc.direction}-htlc` : output.kind
          expect(recogniseScript(output.witnessScript)?.template).toBe(kind)
        }
      }),
    )
  })

  test('an HTLC that is not trimmed can pay its HTLC transaction', () => {
    fc.assert(
      fc.property(anyParameters, (any) => {
        for (const candidate of any.htlcs) {
          const build = () =>
            buildHtlcTransaction({
              type: any.type,
              htlcOutput: { txid: txid(new Uint8Array(32)), vout: 0 },
              htlc: candidate,
              feerate: any.feerate,
              toSelfDelay: any.toSelfDelay,
              revocationPublicKey: any.keys.revocation,
              delayedPublicKey: any.keys.broadcasterDelayed,
            })
          if (isTrimmed(candidate, any)) continue
          expect(build().outputs[0]?.value).toBeGreaterThanOrEqual(any.dustLimit)
        }
      }),
    )
  })
})

test('an HTLC transaction whose fee exceeds the amount is misuse', () => {
  expect(() =>
    buildHtlcTransaction({
      type: 'static-remotekey',
      htlcOutput: { txid: txid(new Uint8Array(32)), vout: 0 },
      htlc: { ...htlc, amountMsat: 600_000n },
      feerate: feeratePerKw(1000),
      toSelfDelay: 144,
      revocationPublicKey: keyOf(3),
      delayedPublicKey: keyOf(4),
    }),
  ).toThrow(RangeError)
})
