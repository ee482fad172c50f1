import { hash160Of } from '@boltwarden/core/bitcoin/hash'
import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { buildOfferedHtlc } from '@boltwarden/core/bolt3/scripts/offered-htlc'
import { buildReceivedHtlc } from '@boltwarden/core/bolt3/scripts/received-htlc'
import { buildToLocal } from '@boltwarden/core/bolt3/scripts/to-local'
import { buildToRemote } from '@boltwarden/core/bolt3/scripts/to-remote'
import { recogniseScript, recogniseSpend } from '@boltwarden/core/bolt3/spend'
import { type PublicKey, publicKey, txid } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'

const keyOf = (fill: number) => publicKey(Uint8Array.of(2, ...new Uint8Array(32).fill(fill)))
const a = keyOf(1)
const b = keyOf(2)
const revocation = keyOf(3)
const stranger = keyOf(4)

const toWallet = p2wpkh(a)
const toSecondStage = p2wsh(new Uint8Array())
const final = 0xffff_ffff

type Shape = { sequences?: number[]; outputs?: Uint8Array[]; locktime?: number }

function shaped({ sequences = [0], outputs = [toWallet], locktime = 0 }: Shape): Transaction {
  return {
    version: 2,
    inputs: sequences.map((sequence, vout) => ({
      txid: txid(new Uint8Array(32)),
      vout,
      scriptSig: new Uint8Array(),
      sequence,
      witness: [],
    })),
    outputs: outputs.map((scriptPubKey) => ({ value: sats(1000n), scriptPubKey })),
    locktime,
  }
}

const kindOf = (script: Uint8Array, signer: PublicKey, shape: Shape = {}, inputIndex = 0) =>
  recogniseSpend(shaped(shape), inputIndex, recogniseScript(script), signer).kind

const htlcOf = (commitmentType: CommitmentType) => ({
  commitmentType,
  revocationPublicKeyHash: hash160Of(revocation),
  broadcasterHtlcPublicKey: a,
  countersignatoryHtlcPublicKey: b,
  paymentHash160: hash160Of(stranger),
})

describe('funding output', () => {
  const script = buildFunding(a, b)
  const commitment = { sequences: [0x8000_0001], locktime: 0x2000_0002 }

  test('a commitment, with its number as it stands there', () => {
    const spend = recogniseSpend(shaped(commitment), 0, recogniseScript(script), b)
    expect(spend).toMatchObject({
      kind: 'commitment',
      obscuredNumber: 0x1_00_0002,
      script: { template: 'funding', publicKeys: [a, b] },
    })
  })

  test.each<[string, string, Shape]>([
    ['closing', 'closing_signed', { sequences: [final] }],
    ['closing', 'closing_complete', { sequences: [0xffff_fffd], locktime: 800_000 }],
    ['unknown', 'another sequence', { sequences: [0] }],
    ['unknown', 'a second input', { sequences: [final, final] }],
    ['unknown', 'a commitment with a second input', { ...commitment, sequences: [0x8000_0001, 0] }],
  ])('%s: %s', (kind, _, shape) => {
    expect(kindOf(script, a, shape)).toBe(kind)
  })

  test('by a key that is not in it', () => {
    expect(kindOf(script, stranger, commitment)).toBe('unknown')
  })
})

describe('outputs of a commitment', () => {
  const toLocal = buildToLocal({
    revocationPublicKey: revocation,
    delayedPublicKey: a,
    toSelfDelay: 144,
  })

  test.each<[string, Uint8Array, PublicKey]>([
    ['to-local-sweep', toLocal, a],
    ['justice', toLocal, revocation],
    ['unknown', toLocal, stranger],
    ['to-remote-sweep', buildToRemote(a), a],
    ['unknown', buildToRemote(a), b],
    ['anchor', buildAnchor(a), a],
    ['unknown', buildAnchor(a), b],
    ['wallet', p2wpkh(a), a],
    ['unknown', p2wpkh(a), b],
    ['unknown', Uint8Array.of(0x51), a],
  ])('%s', (kind, script, signer) => {
    expect(kindOf(script, signer)).toBe(kind)
  })

  test('an input that is not there', () => {
    expect(kindOf(p2wpkh(a), a, {}, 1)).toBe('unknown')
  })
})

describe.each<[string, (type: CommitmentType) => Uint8Array]>([
  ['offered', (type) => buildOfferedHtlc(htlcOf(type))],
  ['received', (type) => buildReceivedHtlc({ ...htlcOf(type), cltvExpiry: 500 })],
])('%s HTLC', (_, build) => {
  const secondStage = { outputs: [toSecondStage] }

  test.each(['static-remotekey', 'anchors'] as const)('%s', (type) => {
    const script = build(type)
    expect(kindOf(script, revocation)).toBe('justice')
    expect(kindOf(script, a, secondStage)).toBe('htlc-transaction')
    expect(kindOf(script, b, secondStage)).toBe('htlc-transaction')
    expect(kindOf(script, b)).toBe('htlc-claim')
    expect(kindOf(script, stranger, secondStage)).toBe('unknown')
  })

  test('the broadcaster has no way out but the second stage', () => {
    expect(kindOf(build('static-remotekey'), a)).toBe('unknown')
    expect(kindOf(build('anchors'), a)).toBe('unknown')
    expect(kindOf(build('anchors'), a, { outputs: [] })).toBe('unknown')
  })

  test('several are joined on anchor channels only, each beside its output', () => {
    const joined = { sequences: [1, 1, 0], outputs: [toSecondStage, toSecondStage, toWallet] }
    expect(kindOf(build('anchors'), a, joined, 1)).toBe('htlc-transaction')
    expect(kindOf(build('anchors'), a, joined, 2)).toBe('unknown')
    expect(kindOf(build('static-remotekey'), a, joined, 1)).toBe('unknown')
    expect(kindOf(build('anchors'), b, joined, 1)).toBe('htlc-claim')
  })

  test('who signs is told', () => {
    const recognised = recogniseScript(build('anchors'))
    const signer = (key: PublicKey) => recogniseSpend(shaped(secondStage), 0, recognised, key)
    expect(signer(a)).toMatchObject({ signer: 'broadcaster' })
    expect(signer(b)).toMatchObject({ signer: 'countersignatory' })
  })
})
