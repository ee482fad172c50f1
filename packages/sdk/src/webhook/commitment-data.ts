import type { Network } from '@boltwarden/core/network'
import type { JsonObject } from '../json/json-value.ts'
import { field } from '../json/shape.ts'
import type { BothNames } from './names.ts'
import { hash32Field, idField, indexField, networkField, pathField } from './wire-field.ts'

type PerCommitment<SubEvent extends string> = BothNames<{
  readonly subEventType: SubEvent
  readonly bitcoinNetwork: Network
  /** The channel's path, `m/3/n`. */
  readonly derivationPath: string
  /** Counts down from 2^48-1. */
  readonly perCommitmentPointIdx: number
  readonly nodeId: string
}>

/** Asks for a per-commitment point of the channel that the event's entity is. */
export type GetPerCommitmentPointData = PerCommitment<'GET_PER_COMMITMENT_POINT'>

/** Asks for a per-commitment secret, which revokes that commitment. */
export type ReleasePerCommitmentSecretData = PerCommitment<'RELEASE_PER_COMMITMENT_SECRET'>

/** Tells the counterparty's per-commitment secret; there is nothing to answer. */
export type RevealCounterpartyPerCommitmentSecretData = BothNames<{
  readonly subEventType: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET'
  readonly bitcoinNetwork: Network
  /** Counts down from 2^48-1. */
  readonly perCommitmentSecretIdx: number
  /** 32 bytes of hex. */
  readonly perCommitmentSecret: string
  readonly nodeId: string
}>

/** Reads the data of the two sub-events about a commitment of ours. */
export function perCommitmentData<
  const T extends 'GET_PER_COMMITMENT_POINT' | 'RELEASE_PER_COMMITMENT_SECRET',
>(subEventType: T, raw: JsonObject, path: string): PerCommitment<T> {
  const network = field(raw, path, 'bitcoin_network', networkField)
  const derivationPath = field(raw, path, 'derivation_path', pathField)
  const index = field(raw, path, 'per_commitment_point_idx', indexField)
  const node = field(raw, path, 'node_id', idField)
  return {
    subEventType,
    sub_event_type: subEventType,
    bitcoinNetwork: network,
    bitcoin_network: network,
    derivationPath,
    derivation_path: derivationPath,
    perCommitmentPointIdx: index,
    per_commitment_point_idx: index,
    nodeId: node,
    node_id: node,
  }
}

/** Reads the data of `REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET`. */
export function revealCounterpartySecretData(
  raw: JsonObject,
  path: string,
): RevealCounterpartyPerCommitmentSecretData {
  const network = field(raw, path, 'bitcoin_network', networkField)
  const index = field(raw, path, 'per_commitment_secret_idx', indexField)
  const secret = field(raw, path, 'per_commitment_secret', hash32Field)
  const node = field(raw, path, 'node_id', idField)
  return {
    subEventType: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
    sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
    bitcoinNetwork: network,
    bitcoin_network: network,
    perCommitmentSecretIdx: index,
    per_commitment_secret_idx: index,
    perCommitmentSecret: secret,
    per_commitment_secret: secret,
    nodeId: node,
    node_id: node,
  }
}
