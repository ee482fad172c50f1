import { l1CoinOf } from '@boltwarden/core/keys/key-path'
import type { Network } from '@boltwarden/core/network'
import { below, type Entropy } from '../entropy.ts'

/** What a made-up event is about. */
export type Sample = {
  readonly entityId: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Makes the data of one sub-event, with random ids as the platform's own test events have. */
type Maker = (network: Network, entropy: Entropy) => Sample

/** The sub-events that can be made up. */
export const sampleNames = [
  'DERIVE_KEY_AND_SIGN',
  'REQUEST_INVOICE_PAYMENT_HASH',
  'RELEASE_PAYMENT_PREIMAGE',
  'RELEASE_PER_COMMITMENT_SECRET',
  'GET_PER_COMMITMENT_POINT',
  'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
  'ECDH',
  'SIGN_INVOICE',
  'VLS_MESSAGE',
] as const

/** A sub-event that can be made up. */
export type SampleName = (typeof sampleNames)[number]

/** Whether `name` is a sub-event that can be made up. */
export function isSampleName(name: string): name is SampleName {
  return sampleNames.some((known) => known === name)
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const id = (kind: string, entropy: Entropy) => `${kind}:${hex(entropy.bytes(16))}`

const anyIndex = (entropy: Entropy) => below(65_536, entropy) * 65_536 + below(65_536, entropy)

const perCommitment: Maker = (_network, entropy) => ({
  entityId: id('Channel', entropy),
  data: {
    // As the platform does it: an index of no channel's beginning, so that none comes into being.
    per_commitment_point_idx: anyIndex(entropy),
    derivation_path: `m/3/${below(65_536, entropy)}`,
    node_id: id('node_with_server_signing', entropy),
  },
})

const makers: Readonly<Record<SampleName, Maker>> = {
  // The key is not known here, so the script belongs to nobody: an honest signer declines it.
  DERIVE_KEY_AND_SIGN: (network, entropy) => ({
    entityId: id('node_with_server_signing', entropy),
    data: {
      signing_jobs: [
        {
          id: id('SignablePayload', entropy),
          derivation_path: `m/84'/${l1CoinOf(network)}'/0'/0/0`,
          message: hex(entropy.bytes(32)),
          add_tweak: null,
          mul_tweak: null,
          is_raw: true,
          per_commitment_point_idx: null,
          script: `0014${hex(entropy.bytes(20))}`,
          transaction: `0200000001${hex(entropy.bytes(32))}0000000000fdffffff01e803000000000000160014${hex(entropy.bytes(20))}00000000`,
          amount: 2000,
        },
      ],
    },
  }),
  REQUEST_INVOICE_PAYMENT_HASH: (_network, entropy) => ({
    entityId: id('node_with_server_signing', entropy),
    data: { invoice_id: id('Invoice', entropy) },
  }),
  RELEASE_PAYMENT_PREIMAGE: (_network, entropy) => ({
    entityId: id('node_with_server_signing', entropy),
    data: { invoice_id: id('Invoice', entropy), preimage_nonce: hex(entropy.bytes(32)) },
  }),
  RELEASE_PER_COMMITMENT_SECRET: perCommitment,
  GET_PER_COMMITMENT_POINT: perCommitment,
  REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET: (_network, entropy) => ({
    entityId: id('Channel', entropy),
    data: {
      per_commitment_secret_idx: anyIndex(entropy),
      per_commitment_secret: hex(entropy.bytes(32)),
      node_id: id('node_with_server_signing', entropy),
    },
  }),
  ECDH: (_network, entropy) => ({
    entityId: id('node_with_server_signing', entropy),
    // The curve's generator: a point that everybody knows.
    data: { peer_public_key: '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798' },
  }),
  SIGN_INVOICE: (_network, entropy) => ({
    entityId: id('node_with_server_signing', entropy),
    data: { invoice_id: id('Invoice', entropy), payreq_hash: hex(entropy.bytes(32)) },
  }),
  VLS_MESSAGE: (_network, entropy) => ({
    entityId: id('node_with_server_signing', entropy),
    data: { payload_id: id('SignablePayload', entropy) },
  }),
}

/** Makes up a sub-event. */
export function sample(name: SampleName, network: Network, entropy: Entropy): Sample {
  const { entityId, data } = makers[name](network, entropy)
  return { entityId, data: { sub_event_type: name, bitcoin_network: network, ...data } }
}
