import type { Network } from '@boltwarden/core/network'
import type { JsonObject } from '../json/json-value.ts'
import { below, Malformed } from '../json/malformed.ts'
import { field, optional } from '../json/shape.ts'
import type { BothNames } from './names.ts'
import { networkField, publicKeyField } from './wire-field.ts'

/** Asks for the secret the node shares with a peer; only of nodes made before 2023-10-06. */
export type EcdhData = BothNames<{
  readonly subEventType: 'ECDH'
  readonly bitcoinNetwork: Network
  /** 33 bytes of hex. */
  readonly peerPublicKey: string
}>

const optionalKey = optional(publicKeyField)

/** Reads the data of `ECDH`; the key may be spelt `peer_pub_key`, as one official SDK reads it. */
export function ecdhData(raw: JsonObject, path: string): EcdhData {
  const network = field(raw, path, 'bitcoin_network', networkField)
  const short = field(raw, path, 'peer_pub_key', optionalKey)
  const long = field(
    raw,
    path,
    'peer_public_key',
    short === undefined ? publicKeyField : optionalKey,
  )
  const key = long ?? short ?? ''
  if (short !== undefined && short !== key) {
    throw new Malformed(below(path, 'peer_pub_key'), 'the same as peer_public_key')
  }
  return {
    subEventType: 'ECDH',
    sub_event_type: 'ECDH',
    bitcoinNetwork: network,
    bitcoin_network: network,
    peerPublicKey: key,
    peer_public_key: key,
  }
}
