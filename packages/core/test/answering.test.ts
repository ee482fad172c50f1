import { answer } from '@boltwarden/core/answering'
import { digest, preimageNonce, tweak } from '@boltwarden/core/bytes'
import type { Grant } from '@boltwarden/core/grant'
import { toGrant } from '@boltwarden/core/granting'
import { channelId, invoiceId, nodeId, payloadId } from '@boltwarden/core/ids'
import { formatKeyPath } from '@boltwarden/core/keys/key-path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { SigningJob } from '@boltwarden/core/request'
import { commitmentIndex } from '@boltwarden/core/units'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signingKeyPaths } from './keys/key-paths.ts'
import { anyScalars, bytes32, native, privateKeys } from './secp256k1/backends.ts'

const keychain = Keychain.fromSeed(new Uint8Array(32).fill(4), { secp256k1: native })
const invoice = invoiceId('Invoice:1')
const node = nodeId('node_with_server_signing:1')
const nonce = preimageNonce(bytes32(5n))
const channel = {
  channelId: channelId('Channel:1'),
  channel: 7,
  index: commitmentIndex(2 ** 48 - 1),
} as const

test('signatures stand in the order of the jobs', () => {
  const key = { purpose: 'channel-key', channel: 7, key: 'htlc-basepoint' } as const
  const jobs = [3, 1, 2].map((number) => ({
    id: payloadId(`SignablePayload:${number}`),
    key,
    digest: digest(bytes32(BigInt(number))),
    addTweak: tweak(bytes32(9n)),
  }))
  const given = answer({ kind: 'signatures', jobs }, keychain)
  const point = native.publicKeyTweakAdd(keychain.publicKey(key), bytes32(9n))
  const signatures = given.kind === 'signatures' ? given.signatures : []
  expect(signatures.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id))
  for (const [at, job] of jobs.entries()) {
    const signature = signatures[at]?.signature
    expect(signature && native.verify(signature, job.digest, point)).toBe(true)
  }
})

test('a payment hash comes with its nonce, a preimage without', () => {
  expect(answer({ kind: 'payment-hash', invoice, nonce }, keychain)).toEqual({
    kind: 'payment-hash',
    invoice,
    hash: keychain.paymentHash(nonce),
    nonce,
  })
  expect(answer({ kind: 'payment-preimage', invoice, nonce }, keychain)).toEqual({
    kind: 'payment-preimage',
    invoice,
    preimage: keychain.paymentPreimage(nonce),
  })
})

test('a point and a secret are those of the channel and index', () => {
  const { channel: number, index } = channel
  expect(answer({ kind: 'commitment-point', ...channel }, keychain)).toEqual({
    kind: 'commitment-point',
    channelId: channel.channelId,
    index,
    point: keychain.perCommitmentPoint(number, index),
  })
  expect(answer({ kind: 'commitment-secret', ...channel }, keychain)).toEqual({
    kind: 'commitment-secret',
    channelId: channel.channelId,
    index,
    secret: keychain.perCommitmentSecret(number, index),
  })
})

test('legacy nodes get a shared secret and a signed invoice', () => {
  const peer = native.publicKey(bytes32(3n))
  const hash = digest(bytes32(8n))
  expect(answer({ kind: 'shared-secret', node, peer }, keychain)).toEqual({
    kind: 'shared-secret',
    node,
    sharedSecret: keychain.sharedSecret(peer),
  })
  expect(answer({ kind: 'invoice-signature', invoice, hash }, keychain)).toEqual({
    kind: 'invoice-signature',
    invoice,
    ...keychain.signInvoiceHash(hash),
  })
})

test('what only informs is acknowledged', () => {
  expect(answer({ kind: 'acknowledgement' }, keychain)).toEqual({ kind: 'acknowledgement' })
})

test('every grant of signing jobs is answered, and always with the same bytes', () => {
  const jobs: fc.Arbitrary<SigningJob[]> = fc.array(
    fc.record(
      {
        id: fc.nat().map((number) => payloadId(`SignablePayload:${number}`)),
        path: signingKeyPaths.map(formatKeyPath),
        message: anyScalars.map(digest),
        isRaw: fc.boolean(),
        addTweak: privateKeys,
        mulTweak: privateKeys,
      },
      { requiredKeys: ['id', 'path', 'message', 'isRaw'] },
    ),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(jobs, (all) => {
      const grant = toGrant(
        { kind: 'derive-key-and-sign', network: 'REGTEST', jobs: all },
        undefined,
      )
      if (!grant.ok) throw new Error('a valid job was refused')
      const first = answer(grant.value, keychain)
      expect(answer(grant.value, keychain)).toEqual(first)
    }),
    { numRuns: 50 },
  )
})

test('a grant cannot name a key that must not sign', () => {
  const job = { id: payloadId('SignablePayload:1'), digest: digest(bytes32(1n)) }
  const identityKey = { purpose: 'node-identity' } as const
  const preimageKey = { purpose: 'preimage' } as const
  // @ts-expect-error the identity key signs no job
  const identity: Grant = { kind: 'signatures', jobs: [{ ...job, key: identityKey }] }
  // @ts-expect-error nor does the key that makes preimages
  const preimage: Grant = { kind: 'signatures', jobs: [{ ...job, key: preimageKey }] }
  for (const grant of [identity, preimage]) {
    expect(() => answer(grant, keychain)).toThrow(new TypeError('"key" expected a signing key'))
  }
})

test('same-shaped bytes cannot be swapped', () => {
  const funding = { purpose: 'channel-key', channel: 7, key: 'funding' } as const
  const plain = new Uint8Array(32).fill(1)
  // @ts-expect-error a nonce is no digest
  keychain.sign(funding, nonce)
  // @ts-expect-error plain bytes are no digest
  keychain.sign(funding, plain)
  // @ts-expect-error a digest is no tweak
  keychain.sign(funding, digest(plain), { addTweak: digest(plain) })
  // @ts-expect-error a digest is no nonce
  keychain.paymentPreimage(digest(plain))
  // @ts-expect-error a plain number is no index
  keychain.perCommitmentSecret(7, 5)
  // @ts-expect-error a keychain is made from a seed only
  expect(() => new Keychain(undefined, native)).toThrow(TypeError)
})
