import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { commitmentSecret, digest, preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { channelId, eventId, invoiceId, nodeId, payloadId } from '@boltwarden/core/ids'
import { isNetwork, type Network } from '@boltwarden/core/network'
import type { Request, SigningJob } from '@boltwarden/core/request'
import { commitmentIndex, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'

type Data = { readonly [name: string]: unknown }

const get = (data: Data, name: string): unknown => data[name]

/** One recorded event. */
export type Recorded = {
  readonly label: string | null
  readonly delivery: Delivery
  /** The nonce that the recorded signer chose, for a payment hash. */
  readonly nonce: string | undefined
  /** What the official signer answered: the variables of its mutation; null where it has none. */
  readonly expected: unknown
}

/** One recorded scenario. */
export type Scenario = {
  readonly name: string
  readonly seed: Uint8Array
  readonly network: Network
  readonly events: readonly Recorded[]
}

const folder = new URL('../../../vectors/corpus/', import.meta.url)

/** Names of the recorded scenarios. */
export const scenarioNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.ndjson'))
  .map((file) => file.slice(0, -'.ndjson'.length))
  .sort()

/** Reads a scenario. */
export function readScenario(name: string): Scenario {
  const header = JSON.parse(readFileSync(new URL(`${name}.header.json`, folder), 'utf8'))
  const lines = readFileSync(new URL(`${name}.ndjson`, folder), 'utf8')
    .trim()
    .split('\n')
  return {
    name,
    seed: hexToBytes(header.seed),
    network: networkOf(header.bitcoin_network),
    events: lines.map((line) => {
      const { event, label, expected } = JSON.parse(line)
      const variables = expected?.variables ?? null
      const nonce = variables?.preimage_nonce
      return { label, delivery: deliveryOf(event), nonce, expected: variables }
    }),
  }
}

function deliveryOf(event: Data): Delivery {
  const timestampMs = Date.parse(String(get(event, 'timestamp')))
  return {
    event: eventId(String(get(event, 'event_id'))),
    bodyHash: createHash('sha256').update(JSON.stringify(event)).digest(),
    timestampMs,
    receivedAtMs: timestampMs,
    entity: String(get(event, 'entity_id')),
    request: requestOf(String(get(event, 'entity_id')), Object(get(event, 'data'))),
  }
}

function requestOf(entity: string, data: Data): Request {
  const network = networkOf(get(data, 'bitcoin_network'))
  const channel = () => ({
    network,
    channel: channelId(entity),
    node: nodeId(String(get(data, 'node_id'))),
  })
  const path = () => ({
    path: String(get(data, 'derivation_path')),
    index: commitmentIndex(Number(get(data, 'per_commitment_point_idx'))),
  })
  const invoice = () => ({ network, invoice: invoiceId(String(get(data, 'invoice_id'))) })
  switch (get(data, 'sub_event_type')) {
    case 'DERIVE_KEY_AND_SIGN': {
      const jobs = get(data, 'signing_jobs')
      if (!Array.isArray(jobs)) throw new TypeError('no jobs')
      return { kind: 'derive-key-and-sign', network, jobs: jobs.map(jobOf) }
    }
    case 'REQUEST_INVOICE_PAYMENT_HASH':
      return { kind: 'request-invoice-payment-hash', ...invoice() }
    case 'RELEASE_PAYMENT_PREIMAGE': {
      const nonce = preimageNonce(hexToBytes(String(get(data, 'preimage_nonce'))))
      return { kind: 'release-payment-preimage', ...invoice(), nonce }
    }
    case 'GET_PER_COMMITMENT_POINT':
      return { kind: 'get-per-commitment-point', ...channel(), ...path() }
    case 'RELEASE_PER_COMMITMENT_SECRET':
      return { kind: 'release-per-commitment-secret', ...channel(), ...path() }
    case 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET':
      return {
        kind: 'reveal-counterparty-per-commitment-secret',
        ...channel(),
        index: commitmentIndex(Number(get(data, 'per_commitment_secret_idx'))),
        secret: commitmentSecret(hexToBytes(String(get(data, 'per_commitment_secret')))),
      }
    default:
      throw new TypeError(`no such request: ${get(data, 'sub_event_type')}`)
  }
}

function jobOf(job: Data): SigningJob {
  const hex = (name: string) =>
    typeof get(job, name) === 'string' ? hexToBytes(String(get(job, name))) : undefined
  const addTweak = hex('add_tweak')
  const mulTweak = hex('mul_tweak')
  const script = hex('script')
  const transaction = hex('transaction')
  const index = get(job, 'per_commitment_point_idx')
  const destinationPath = get(job, 'destination_derivation_path')
  return {
    id: payloadId(String(get(job, 'id'))),
    path: String(get(job, 'derivation_path')),
    message: digest(hexToBytes(String(get(job, 'message')))),
    isRaw: get(job, 'is_raw') === true,
    amount: sats(BigInt(Number(get(job, 'amount')))),
    ...(addTweak && { addTweak }),
    ...(mulTweak && { mulTweak }),
    ...(script && { script }),
    ...(transaction && { transaction }),
    ...(typeof index === 'number' && { index: commitmentIndex(index) }),
    ...(typeof destinationPath === 'string' && { destinationPath }),
  }
}

function networkOf(value: unknown): Network {
  if (!isNetwork(value)) throw new TypeError('no network')
  return value
}
