import { commitmentSecret, digest, preimageNonce, publicKey } from '@boltwarden/core/bytes'
import { channelId, invoiceId, nodeId } from '@boltwarden/core/ids'
import type { Request } from '@boltwarden/core/request'
import { commitmentIndex } from '@boltwarden/core/units'
import type { RemoteSigningEvent } from './event.ts'
import { toSigningJob } from './signing-job.ts'
import { wireBytes } from './wire-bytes.ts'

/**
 * What an event asks, in the words of the core: bytes are bytes and each is of its own type.
 *
 * @param event - as {@link parseWebhook} made it.
 * @throws {RangeError} if the event was not made by the parser and a field has a wrong length.
 * @example
 * ```ts
 * import { parseWebhook, toRequest } from '@boltwarden/sdk'
 * const event = parseWebhook(
 *   new TextEncoder().encode(
 *     JSON.stringify({
 *       event_type: 'REMOTE_SIGNING',
 *       event_id: '5053dbd8c5b0453494f1c14e01da69cd',
 *       timestamp: '2023-09-18T23:50:15.355603+00:00',
 *       entity_id: 'node_with_server_signing:018a9635-3673-88df-0000-827f23051b19',
 *       data: {
 *         sub_event_type: 'REQUEST_INVOICE_PAYMENT_HASH',
 *         bitcoin_network: 'REGTEST',
 *         invoice_id: 'Invoice:1',
 *       },
 *     }),
 *   ),
 * )
 * if (event.kind === 'remote-signing') toRequest(event).kind // 'request-invoice-payment-hash'
 * ```
 */
export function toRequest(event: RemoteSigningEvent): Request {
  const { data, entityId } = event
  const network = data.bitcoinNetwork
  switch (data.subEventType) {
    case 'DERIVE_KEY_AND_SIGN':
      return { kind: 'derive-key-and-sign', network, jobs: data.signingJobs.map(toSigningJob) }
    case 'REQUEST_INVOICE_PAYMENT_HASH':
      return { kind: 'request-invoice-payment-hash', network, invoice: invoiceId(data.invoiceId) }
    case 'RELEASE_PAYMENT_PREIMAGE':
      return {
        kind: 'release-payment-preimage',
        network,
        invoice: invoiceId(data.invoiceId),
        nonce: preimageNonce(wireBytes(data.preimageNonce)),
      }
    case 'GET_PER_COMMITMENT_POINT':
      return { kind: 'get-per-commitment-point', network, ...ofChannel(data, entityId) }
    case 'RELEASE_PER_COMMITMENT_SECRET':
      return { kind: 'release-per-commitment-secret', network, ...ofChannel(data, entityId) }
    case 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET':
      return {
        kind: 'reveal-counterparty-per-commitment-secret',
        network,
        channel: channelId(entityId),
        node: nodeId(data.nodeId),
        index: commitmentIndex(data.perCommitmentSecretIdx),
        secret: commitmentSecret(wireBytes(data.perCommitmentSecret)),
      }
    case 'ECDH':
      return {
        kind: 'ecdh',
        network,
        node: nodeId(entityId),
        peer: publicKey(wireBytes(data.peerPublicKey)),
      }
    case 'SIGN_INVOICE':
      return {
        kind: 'sign-invoice',
        network,
        invoice: invoiceId(data.invoiceId),
        hash: digest(wireBytes(data.payreqHash)),
      }
  }
}

type OfChannel = Omit<Extract<Request, { kind: 'get-per-commitment-point' }>, 'kind' | 'network'>

function ofChannel(
  data: {
    readonly nodeId: string
    readonly derivationPath: string
    readonly perCommitmentPointIdx: number
  },
  entityId: string,
): OfChannel {
  return {
    channel: channelId(entityId),
    node: nodeId(data.nodeId),
    path: data.derivationPath,
    index: commitmentIndex(data.perCommitmentPointIdx),
  }
}
