import { commitmentSecret, digest, preimageNonce, publicKey } from '@boltwarden/core/bytes'
import { toGrant } from '@boltwarden/core/granting'
import { hexToBytes } from '@boltwarden/core/hex'
import { channelId, invoiceId, nodeId, payloadId } from '@boltwarden/core/ids'
import { formatKeyPath } from '@boltwarden/core/keys/key-path'
import type { Request, SigningJob } from '@boltwarden/core/request'
import { commitmentIndex } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyPaths } from './keys/key-paths.ts'
import { anyScalars, bytes32, native, order } from './secp256k1/backends.ts'

const network = 'REGTEST'
const id = payloadId('SignablePayload:1')
const message = digest(bytes32(77n))
const invoice = invoiceId('Invoice:1')
const node = nodeId('node_with_server_signing:1')
const nonce = preimageNonce(bytes32(5n))
const channel = {
  network,
  channel: channelId('Channel:1'),
  node,
  path: 'm/3/7',
  index: commitmentIndex(281_474_976_710_655),
} as const

const validJob: SigningJob = { id, path: 'm/3/7/0', message, isRaw: true }
const sign = (...jobs: SigningJob[]) =>
  toGrant({ kind: 'derive-key-and-sign', network, jobs }, undefined)
const noScalar = 'expected 32 bytes from 1 to n-1'

describe('signing jobs', () => {
  test('are granted in their order, with their tweaks', () => {
    const second = payloadId('SignablePayload:2')
    const addTweak = bytes32(1n)
    const mulTweak = bytes32(order - 1n)
    const key = { purpose: 'channel-key', channel: 7, key: 'funding' }
    expect(sign(validJob, { ...validJob, id: second, addTweak, mulTweak })).toEqual({
      ok: true,
      value: {
        kind: 'signatures',
        jobs: [
          { id, key, digest: message },
          { id: second, key, digest: message, addTweak, mulTweak },
        ],
      },
    })
  })

  test.each([
    ['m/3/7h/0', "expected m/… with ' for hardened, as in m/84'/0'/0'/0/7"],
    [
      'm/2/0',
      "expected m/0, m/1/k, m/3/n, m/3/n/0..4, m/4', m/5, m/6'/0' or m/84'/c'/0'/0..1/k with k, n below 2^31",
    ],
    ['m/0', 'expected a key that may sign'],
    ['m/3/7', 'expected a key that may sign'],
    ["m/4'", 'expected a key that may sign'],
    ['m/5', 'expected a key that may sign'],
    ["m/6'/0'", 'expected a key that may sign'],
  ])('the path %s is a problem', (path, expected) => {
    const problem = { job: id, path: 'jobs[0].path', message: expected }
    expect(sign({ ...validJob, path })).toEqual({ ok: false, error: [problem] })
  })

  test.each([
    [new Uint8Array(0), `${noScalar}, got 0 bytes`],
    [new Uint8Array(31).fill(1), `${noScalar}, got 31 bytes`],
    [new Uint8Array(33).fill(1), `${noScalar}, got 33 bytes`],
    [bytes32(0n), noScalar],
    [bytes32(order), noScalar],
    [bytes32(2n ** 256n - 1n), noScalar],
  ])('a tweak of %s is a problem', (value, expected) => {
    expect(sign(validJob, { ...validJob, addTweak: value })).toEqual({
      ok: false,
      error: [{ job: id, path: 'jobs[1].addTweak', message: expected }],
    })
    expect(sign({ ...validJob, mulTweak: value })).toEqual({
      ok: false,
      error: [{ job: id, path: 'jobs[0].mulTweak', message: expected }],
    })
  })

  test('all problems of all jobs are named', () => {
    const bad = { ...validJob, path: 'm', addTweak: bytes32(0n), mulTweak: bytes32(0n) }
    const result = sign(bad, validJob, bad)
    expect(result.ok ? [] : result.error.map(({ path }) => path)).toEqual([
      'jobs[0].path',
      'jobs[0].addTweak',
      'jobs[0].mulTweak',
      'jobs[2].path',
      'jobs[2].addTweak',
      'jobs[2].mulTweak',
    ])
  })

  test('no jobs give no signatures', () => {
    expect(sign()).toEqual({ ok: true, value: { kind: 'signatures', jobs: [] } })
  })

  test('whatever is granted names a signing key and scalars', () => {
    const scalars = fc.option(anyScalars, { nil: undefined })
    fc.assert(
      fc.property(keyPaths, scalars, scalars, (path, addTweak, mulTweak) => {
        const tweaks = { ...(addTweak && { addTweak }), ...(mulTweak && { mulTweak }) }
        const result = sign({ ...validJob, path: formatKeyPath(path), ...tweaks })
        const signs = ['channel-key', 'destination', 'l1-wallet'].includes(path.purpose)
        const scalar = [addTweak, mulTweak].every(
          (value) => value === undefined || native.isPrivateKey(value),
        )
        expect(result.ok).toBe(signs && scalar)
      }),
    )
  })
})

describe('channel requests', () => {
  test.each([
    ['get-per-commitment-point', 'commitment-point'],
    ['release-per-commitment-secret', 'commitment-secret'],
  ] as const)('%s names its channel by the path', (kind, granted) => {
    const { channel: named, index } = channel
    expect(toGrant({ kind, ...channel }, undefined)).toEqual({
      ok: true,
      value: { kind: granted, channelId: named, channel: 7, index },
    })
  })

  test.each([
    ['m/3/7/0', 'expected the path of a channel, m/3/n'],
    ['m/0', 'expected the path of a channel, m/3/n'],
    ['3/7', "expected m/… with ' for hardened, as in m/84'/0'/0'/0/7"],
  ])('the path %s is a problem', (path, expected) => {
    const request: Request = { kind: 'release-per-commitment-secret', ...channel, path }
    expect(toGrant(request, undefined)).toEqual({
      ok: false,
      error: [{ path: 'path', message: expected }],
    })
  })

  test('a revealed secret is acknowledged', () => {
    const { path: _, ...rest } = channel
    const request: Request = {
      kind: 'reveal-counterparty-per-commitment-secret',
      ...rest,
      secret: commitmentSecret(bytes32(1n)),
    }
    expect(toGrant(request, undefined)).toEqual({ ok: true, value: { kind: 'acknowledgement' } })
  })
})

describe('invoices', () => {
  test('a payment hash takes the nonce that was issued', () => {
    const request = { kind: 'request-invoice-payment-hash', network, invoice } as const
    const value = { kind: 'payment-hash', invoice, nonce }
    expect(toGrant(request, nonce)).toEqual({ ok: true, value })
    expect(() => toGrant(request, undefined)).toThrow(
      new TypeError('"nonce" expected for a payment hash'),
    )
  })

  test('a preimage takes the nonce of the request', () => {
    const request = { kind: 'release-payment-preimage', network, invoice, nonce } as const
    const value = { kind: 'payment-preimage', invoice, nonce }
    expect(toGrant(request, preimageNonce(bytes32(6n)))).toEqual({ ok: true, value })
  })

  test('an invoice of a legacy node is signed by its hash', () => {
    const value = { kind: 'invoice-signature', invoice, hash: message }
    expect(toGrant({ kind: 'sign-invoice', network, invoice, hash: message }, undefined)).toEqual({
      ok: true,
      value,
    })
  })
})

describe('ECDH', () => {
  test('is granted with a point', () => {
    const peer = native.publicKey(bytes32(3n))
    expect(toGrant({ kind: 'ecdh', network, node, peer }, undefined)).toEqual({
      ok: true,
      value: { kind: 'shared-secret', node, peer },
    })
  })

  test('is a problem with what is no point', () => {
    const peer = publicKey(hexToBytes(`02${'00'.repeat(31)}05`))
    expect(toGrant({ kind: 'ecdh', network, node, peer }, undefined)).toEqual({
      ok: false,
      error: [{ path: 'peer', message: 'expected a point on secp256k1' }],
    })
  })
})
