import type { Platform } from '../platform/platform.ts'
import {
  type EventData,
  type OutgoingEvent,
  remoteSigningEvent,
  type SubEventType,
} from './envelope.ts'

/**
 * A test event as the account page sends it: of the right shape, about a channel, an invoice or a
 * payload made for it, with random indexes, hashes and keys.
 *
 * @example
 * ```ts
 * import { createPlatform, machine, testEvent } from '@boltwarden/sandbox'
 * testEvent(createPlatform(machine), 'GET_PER_COMMITMENT_POINT').event_type // 'REMOTE_SIGNING'
 * ```
 */
export function testEvent(platform: Platform, type: SubEventType): OutgoingEvent {
  const { entityId, data } = randomSubject(platform, type)
  const about = { sub_event_type: type, bitcoin_network: network, ...data }
  return remoteSigningEvent(platform, entityId, about)
}

const network = 'REGTEST'
// The base point: a public key that is valid and nobody's.
const somePublicKey = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'

type Subject = { readonly entityId: string; readonly data: Omit<EventData, 'sub_event_type'> }

function randomSubject(platform: Platform, type: SubEventType): Subject {
  const node = platform.createNode({ network, publicKey: undefined })
  const aboutNode = (data: Subject['data']): Subject => ({ entityId: node.id, data })
  const aboutChannel = (data: Subject['data']): Subject => {
    const channel = platform.createChannel({ node: node.id, capacitySats: 1_000_000n })
    return { entityId: channel.id, data: { ...data, node_id: node.id } }
  }
  const invoice = () =>
    platform.createInvoice({
      node: node.id,
      network,
      amountSats: 1_000n,
      memo: 'test event',
      signingHash: randomHex(platform, 32),
    })
  // Far above the channels that a walk uses.
  const channelPath = `m/3/${2 ** 30 + randomNumber(platform, 2 ** 30)}`
  const index = randomNumber(platform, 2 ** 32)
  switch (type) {
    case 'GET_PER_COMMITMENT_POINT':
    case 'RELEASE_PER_COMMITMENT_SECRET':
      return aboutChannel({ derivation_path: channelPath, per_commitment_point_idx: index })
    case 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET':
      return aboutChannel({
        per_commitment_secret_idx: index,
        per_commitment_secret: randomHex(platform, 32),
      })
    case 'DERIVE_KEY_AND_SIGN':
      return aboutNode({ signing_jobs: [randomJob(platform, `${channelPath}/0`)] })
    case 'REQUEST_INVOICE_PAYMENT_HASH':
      return aboutNode({ invoice_id: invoice().id })
    case 'RELEASE_PAYMENT_PREIMAGE':
      return aboutNode({ invoice_id: invoice().id, preimage_nonce: randomHex(platform, 32) })
    case 'ECDH':
      return aboutNode({ peer_public_key: somePublicKey })
    case 'SIGN_INVOICE': {
      const { id, signingHash } = invoice()
      return aboutNode({ invoice_id: id, payreq_hash: signingHash })
    }
  }
}

/** A job without a transaction: the account page's test sends no more than a message to sign. */
function randomJob(platform: Platform, derivationPath: string): EventData[string] {
  const payload = platform.createPayload({
    signable: platform.createSignable().id,
    payload: randomHex(platform, 32),
    derivationPath,
    addTweak: undefined,
    mulTweak: undefined,
    signingKey: undefined,
  })
  return {
    id: payload.id,
    derivation_path: payload.derivationPath,
    message: payload.payload,
    add_tweak: null,
    mul_tweak: null,
    is_raw: true,
  }
}

function randomHex(platform: Platform, length: number): string {
  return Array.from(platform.environment.random(length), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

function randomNumber(platform: Platform, below: number): number {
  const bytes = platform.environment.random(6)
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0) % below
}
