import { utf8 } from '../vectors.ts'

/** A JSON object that a test may change. */
export type Json = { [key: string]: unknown }

export const jobBody = (): Json => ({
  id: 'SignablePayload:01a20257-779b-5260-0000-440cbd966011',
  derivation_path: 'm/3/2013693567/0',
  message: '62'.repeat(32),
  add_tweak: null,
  mul_tweak: '',
  is_raw: true,
  per_commitment_point_idx: 281474976710655,
  script: '52ae',
  transaction: '0200',
  amount: 1000000,
  destination_derivation_path: null,
})

/** The peer of the official SDK's ECDH event. */
export const peerKey = '03173d97d0973d596716c8cd14066e20e27f6866ab214fd04d160301615de78f72'

const node_id = 'node_with_server_signing:018a9635-3673-88df-0000-827f23051b19'
const bitcoin_network = 'REGTEST'
const perCommitment = {
  bitcoin_network,
  derivation_path: 'm/3/19328',
  per_commitment_point_idx: 27363191,
  node_id,
}

/** Honest data of every sub-event. */
const dataBodies = {
  DERIVE_KEY_AND_SIGN: (): Json => ({ bitcoin_network, signing_jobs: [jobBody(), jobBody()] }),
  REQUEST_INVOICE_PAYMENT_HASH: (): Json => ({ bitcoin_network, invoice_id: 'Invoice:1' }),
  RELEASE_PAYMENT_PREIMAGE: (): Json => ({
    bitcoin_network,
    invoice_id: 'Bolt12Invoice:1',
    preimage_nonce: 'aa'.repeat(32),
    is_uma: false,
    is_lnurl: null,
  }),
  GET_PER_COMMITMENT_POINT: (): Json => ({ ...perCommitment }),
  RELEASE_PER_COMMITMENT_SECRET: (): Json => ({ ...perCommitment }),
  REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET: (): Json => ({
    bitcoin_network,
    per_commitment_secret_idx: 27363191,
    per_commitment_secret: '66'.repeat(32),
    node_id,
  }),
  ECDH: (): Json => ({ bitcoin_network, peer_public_key: peerKey }),
  SIGN_INVOICE: (): Json => ({
    bitcoin_network,
    invoice_id: 'Invoice:1',
    payreq_hash: 'bb'.repeat(32),
  }),
} as const

export type SubEventName = keyof typeof dataBodies

function isSubEventName(name: string): name is SubEventName {
  return Object.hasOwn(dataBodies, name)
}

export const subEventNames: readonly SubEventName[] = Object.keys(dataBodies).filter(isSubEventName)

/** An honest event, with some of its fields replaced. */
export function eventBody(data: unknown, changes: Json = {}): Json {
  return {
    event_type: 'REMOTE_SIGNING',
    event_id: '018fe6a810f306a80000685529f591ec',
    api_version: '2023-09-13',
    timestamp: '2024-06-05T04:28:45.171899+00:00',
    entity_id: 'Channel:018fe6a8-1096-69e3-0000-b60765430f65',
    data,
    ...changes,
  }
}

/** An honest signing event of one sub-event, with some fields of its data replaced. */
export function signingBody(subEvent: SubEventName, changes: Json = {}): Json {
  return eventBody({ sub_event_type: subEvent, ...dataBodies[subEvent](), ...changes })
}

export function encode(body: unknown): Uint8Array {
  return utf8(JSON.stringify(body))
}
