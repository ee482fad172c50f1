import { readdirSync, readFileSync } from 'node:fs'
import type { Answer } from '@boltwarden/core/answer'
import { answer } from '@boltwarden/core/answering'
import { commitmentSecret, digest, preimageNonce } from '@boltwarden/core/bytes'
import { toGrant } from '@boltwarden/core/granting'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { channelId, invoiceId, nodeId, payloadId } from '@boltwarden/core/ids'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'
import type { Request, SigningJob } from '@boltwarden/core/request'
import { commitmentIndex } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { okValue } from './bitcoin/vectors.ts'
import { backends } from './secp256k1/backends.ts'

type WireJob = {
  id: string
  derivation_path: string
  message: string
  is_raw: boolean
  add_tweak: string | null
  mul_tweak: string | null
}
type Data = {
  sub_event_type: string
  bitcoin_network: Network
  signing_jobs: WireJob[]
  invoice_id: string
  preimage_nonce: string
  derivation_path: string
  per_commitment_point_idx: number
  per_commitment_secret_idx: number
  per_commitment_secret: string
  node_id: string
}
type Line = {
  event: { entity_id: string; data: Data }
  expected: { operation: string; variables: { preimage_nonce?: string } } | null
}

const folder = new URL('../../../vectors/corpus/', import.meta.url)
const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => name.replace('.ndjson', ''))

function jobOf(job: WireJob): SigningJob {
  return {
    id: payloadId(job.id),
    path: job.derivation_path,
    message: digest(hexToBytes(job.message)),
    isRaw: job.is_raw,
    ...(job.add_tweak && { addTweak: hexToBytes(job.add_tweak) }),
    ...(job.mul_tweak && { mulTweak: hexToBytes(job.mul_tweak) }),
  }
}

function requestOf({ entity_id, data }: Line['event']): Request {
  const network = data.bitcoin_network
  const channel = () => ({
    network,
    channel: channelId(entity_id),
    node: nodeId(data.node_id),
    path: data.derivation_path,
    index: commitmentIndex(data.per_commitment_point_idx),
  })
  switch (data.sub_event_type) {
    case 'DERIVE_KEY_AND_SIGN':
      return { kind: 'derive-key-and-sign', network, jobs: data.signing_jobs.map(jobOf) }
    case 'REQUEST_INVOICE_PAYMENT_HASH':
      return { kind: 'request-invoice-payment-hash', network, invoice: invoiceId(data.invoice_id) }
    case 'RELEASE_PAYMENT_PREIMAGE': {
      const nonce = preimageNonce(hexToBytes(data.preimage_nonce))
      const invoice = invoiceId(data.invoice_id)
      return { kind: 'release-payment-preimage', network, invoice, nonce }
    }
    case 'GET_PER_COMMITMENT_POINT':
      return { kind: 'get-per-commitment-point', ...channel() }
    case 'RELEASE_PER_COMMITMENT_SECRET':
      return { kind: 'release-per-commitment-secret', ...channel() }
    case 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET':
      return {
        kind: 'reveal-counterparty-per-commitment-secret',
        network,
        channel: channelId(entity_id),
        node: nodeId(data.node_id),
        index: commitmentIndex(data.per_commitment_secret_idx),
        secret: commitmentSecret(hexToBytes(data.per_commitment_secret)),
      }
    default:
      throw new Error(`unknown in the corpus: ${data.sub_event_type}`)
  }
}

/** The variables of the official signer's mutation for an answer. */
function variablesOf(given: Answer): Line['expected'] {
  const mutation = (operation: string, variables: { [name: string]: unknown }) => ({
    operation,
    variables,
  })
  switch (given.kind) {
    case 'signatures': {
      const signatures = given.signatures.map(({ id, signature }) => ({
        id,
        signature: toHex(signature),
      }))
      return mutation('SignMessages', { signatures })
    }
    case 'payment-hash':
      return mutation('SetInvoicePaymentHash', {
        invoice_id: given.invoice,
        payment_hash: toHex(given.hash),
        preimage_nonce: toHex(given.nonce),
      })
    case 'payment-preimage':
      return mutation('ReleasePaymentPreimage', {
        invoice_id: given.invoice,
        payment_preimage: toHex(given.preimage),
      })
    case 'commitment-point':
      return mutation('UpdateChannelPerCommitmentPoint', {
        channel_id: given.channelId,
        per_commitment_point_index: given.index,
        per_commitment_point: toHex(given.point),
      })
    case 'commitment-secret':
      return mutation('ReleaseChannelPerCommitmentSecret', {
        channel_id: given.channelId,
        per_commitment_secret: toHex(given.secret),
        per_commitment_index: given.index,
      })
    case 'acknowledgement':
      return null
    default:
      throw new Error(`not in the corpus: ${given.kind}`)
  }
}

describe.each(backends)('recorded traffic, $backend', (secp256k1) => {
  test.each(scenarios)('%s is answered as the official signer does', (scenario) => {
    const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
    const { seed }: { seed: string } = JSON.parse(read(`${scenario}.header.json`))
    const keychain = Keychain.fromSeed(hexToBytes(seed), { secp256k1 })
    const lines: Line[] = read(`${scenario}.ndjson`)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const { event, expected } of lines) {
      const nonce = expected?.variables.preimage_nonce
      const issued = nonce === undefined ? undefined : preimageNonce(hexToBytes(nonce))
      const grant = okValue(toGrant(requestOf(event), issued))
      expect(variablesOf(answer(grant, keychain))).toEqual(expected)
    }
  })
})
