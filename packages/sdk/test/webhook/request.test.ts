import { hexToBytes, parseWebhook, toRequest } from '@boltwarden/sdk'
import { describe, expect, test } from 'vitest'
import { encode, jobBody, peerKey, type SubEventName, signingBody } from './bodies.ts'

function request(subEvent: SubEventName, changes = {}) {
  const event = parseWebhook(encode(signingBody(subEvent, changes)))
  if (event.kind !== 'remote-signing') throw new Error(`parsed as ${event.kind}`)
  return toRequest(event)
}

const channel = 'Channel:018fe6a8-1096-69e3-0000-b60765430f65'
const node = 'node_with_server_signing:018a9635-3673-88df-0000-827f23051b19'
const filled = (length: number, value: number) => new Uint8Array(length).fill(value)

describe('each sub-event in the words of the core', () => {
  test('DERIVE_KEY_AND_SIGN, without what is null or empty', () => {
    const { kind, network, ...rest } = request('DERIVE_KEY_AND_SIGN', { signing_jobs: [jobBody()] })
    expect([kind, network]).toEqual(['derive-key-and-sign', 'REGTEST'])
    expect(rest).toStrictEqual({
      jobs: [
        {
          id: 'SignablePayload:01a20257-779b-5260-0000-440cbd966011',
          path: 'm/3/2013693567/0',
          message: filled(32, 0x62),
          isRaw: true,
          index: 281474976710655,
          script: Uint8Array.of(0x52, 0xae),
          transaction: Uint8Array.of(2, 0),
          amount: 1_000_000n,
        },
      ],
    })
  })

  test('DERIVE_KEY_AND_SIGN, with everything', () => {
    const job = {
      ...jobBody(),
      add_tweak: '0A'.repeat(32),
      mul_tweak: '0b'.repeat(32),
      is_raw: false,
      destination_derivation_path: 'm/1/7',
    }
    const all = request('DERIVE_KEY_AND_SIGN', { signing_jobs: [job] })
    expect(all.kind === 'derive-key-and-sign' && all.jobs[0]).toMatchObject({
      isRaw: false,
      addTweak: filled(32, 10),
      mulTweak: filled(32, 11),
      destinationPath: 'm/1/7',
    })
  })

  test('a job that says nothing of is_raw is raw, as the official handler takes every job', () => {
    const { is_raw: _, ...job } = jobBody()
    const all = request('DERIVE_KEY_AND_SIGN', { signing_jobs: [job] })
    expect(all.kind === 'derive-key-and-sign' && all.jobs[0]?.isRaw).toBe(true)
  })

  test('REQUEST_INVOICE_PAYMENT_HASH', () => {
    expect(request('REQUEST_INVOICE_PAYMENT_HASH')).toStrictEqual({
      kind: 'request-invoice-payment-hash',
      network: 'REGTEST',
      invoice: 'Invoice:1',
    })
  })

  test('RELEASE_PAYMENT_PREIMAGE', () => {
    expect(request('RELEASE_PAYMENT_PREIMAGE')).toStrictEqual({
      kind: 'release-payment-preimage',
      network: 'REGTEST',
      invoice: 'Bolt12Invoice:1',
      nonce: filled(32, 0xaa),
    })
  })

  test.each([
    ['GET_PER_COMMITMENT_POINT', 'get-per-commitment-point'],
    ['RELEASE_PER_COMMITMENT_SECRET', 'release-per-commitment-secret'],
  ] as const)('%s', (name, kind) => {
    expect(request(name)).toStrictEqual({
      kind,
      network: 'REGTEST',
      channel,
      node,
      path: 'm/3/19328',
      index: 27363191,
    })
  })

  test('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET', () => {
    expect(request('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET')).toStrictEqual({
      kind: 'reveal-counterparty-per-commitment-secret',
      network: 'REGTEST',
      channel,
      node,
      index: 27363191,
      secret: filled(32, 0x66),
    })
  })

  test('ECDH', () => {
    expect(request('ECDH')).toStrictEqual({
      kind: 'ecdh',
      network: 'REGTEST',
      node: channel,
      peer: hexToBytes(peerKey),
    })
  })

  test('SIGN_INVOICE', () => {
    expect(request('SIGN_INVOICE')).toStrictEqual({
      kind: 'sign-invoice',
      network: 'REGTEST',
      invoice: 'Invoice:1',
      hash: filled(32, 0xbb),
    })
  })
})
