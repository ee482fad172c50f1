import type { PaymentHash, PreimageNonce } from '@boltwarden/core/bytes'
import { type KeyPath, type KeyPathProblem, parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { Network } from '@boltwarden/core/network'
import type { Result } from '@boltwarden/core/result'
import { type ChannelFacts, noChannelFacts, recomposeChannels } from './channel/channel-facts.ts'
import type { Delivery } from './event.ts'
import { type JobFacts, type JobPorts, recomposeJobs } from './facts/job-facts.ts'
import { type RevealedPoint, revealedPointOf } from './facts/revealed-point.ts'
import {
  type OnchainPorts,
  type OnchainTransaction,
  onchainTransactionsOf,
} from './onchain/onchain-transaction.ts'
import { maxBatchJobs } from './policy.ts'

/** A fresh nonce and the payment hash it gives, in case the invoice has none yet. */
export type Candidate = { readonly nonce: PreimageNonce; readonly paymentHash: PaymentHash }

/** What {@link recompose} needs besides the delivery. */
export type Ports = JobPorts &
  OnchainPorts & {
    /** Needed for `request-invoice-payment-hash`; not looked at otherwise. */
    readonly candidate?: Candidate
  }

/** A delivery, computed anew from what it states, before anything remembered is looked at. */
export type Facts = {
  readonly delivery: Delivery
  /** The signer's own network. */
  readonly network: Network
  /** Of `derive-key-and-sign`; empty where they take more work than any policy allows. */
  readonly jobs: readonly JobFacts[]
  /** Whether finding what the jobs sign takes more than `maxEventDigests`. */
  readonly exceedsDigests: boolean
  /** Of these jobs, those that spend outputs of ours on the chain, by transaction. */
  readonly onchain: readonly OnchainTransaction[]
  /** What {@link Facts.jobs} sign in the life of channels. */
  readonly channels: ChannelFacts
  /** Of a point or a secret: the path of the channel. */
  readonly channelPath?: Result<KeyPath, KeyPathProblem>
  /** Of a reveal, where the secret is one. */
  readonly revealed?: RevealedPoint
  /** Of a shared secret: whether the peer's key is a point of the curve. */
  readonly isPeerOnCurve?: boolean
  /** Of a payment hash. */
  readonly candidate?: Candidate
}

/**
 * Computes anew what a delivery states: keys, digests, scripts. Pure, and total for every delivery;
 * the work is linear in its size, but for the digests that tell which inputs are signed: of these
 * there are at most `maxEventDigests`.
 *
 * @throws {TypeError} if a payment hash is requested and there is no candidate.
 * @example
 * ```ts
 * import { eventId, nodeId, channelId } from '@boltwarden/core/ids'
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * import { commitmentIndex } from '@boltwarden/core/units'
 * import { recompose } from '@boltwarden/policy/facts'
 * const keys = Keychain.fromSeed(new Uint8Array(32), { secp256k1: portable })
 * const facts = recompose(
 *   {
 *     event: eventId('e-1'),
 *     bodyHash: new Uint8Array(32),
 *     timestampMs: 0,
 *     receivedAtMs: 0,
 *     entity: 'Channel:1',
 *     request: {
 *       kind: 'get-per-commitment-point',
 *       network: 'REGTEST',
 *       channel: channelId('Channel:1'),
 *       node: nodeId('node:1'),
 *       path: 'm/3/7',
 *       index: commitmentIndex(2 ** 48 - 1),
 *     },
 *   },
 *   { network: 'REGTEST', keys, secp256k1: portable },
 * )
 * facts.channelPath?.ok // true
 * keys.dispose()
 * ```
 */
export function recompose(delivery: Delivery, ports: Ports): Facts {
  const { request } = delivery
  const facts = {
    delivery,
    network: ports.network,
    jobs: [],
    exceedsDigests: false,
    onchain: [],
    channels: noChannelFacts,
  }
  switch (request.kind) {
    case 'derive-key-and-sign': {
      // Beyond what any policy allows, the batch is refused for its size or its work alone.
      const allowed = request.jobs.length > maxBatchJobs ? [] : request.jobs
      const jobs = recomposeJobs(allowed, ports)
      if (jobs === undefined) return { ...facts, exceedsDigests: true }
      return {
        ...facts,
        jobs,
        onchain: onchainTransactionsOf(jobs, ports),
        channels: recomposeChannels(jobs, ports.network, ports),
      }
    }
    case 'get-per-commitment-point':
    case 'release-per-commitment-secret':
      return { ...facts, channelPath: parseKeyPath(request.path) }
    case 'request-invoice-payment-hash':
      if (ports.candidate === undefined) {
        throw new TypeError('"candidate" expected a nonce and its payment hash')
      }
      return { ...facts, candidate: ports.candidate }
    case 'ecdh':
      return { ...facts, isPeerOnCurve: ports.secp256k1.isPublicKey(request.peer) }
    case 'reveal-counterparty-per-commitment-secret': {
      const revealed = revealedPointOf(request.secret, ports.secp256k1)
      return { ...facts, ...(revealed !== undefined && { revealed }) }
    }
    case 'release-payment-preimage':
    case 'sign-invoice':
      return facts
  }
}
