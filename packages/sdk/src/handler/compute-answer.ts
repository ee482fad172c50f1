import { getRandomValues } from 'node:crypto'
import type { Answer } from '@boltwarden/core/answer'
import { answer } from '@boltwarden/core/answering'
import { preimageNonce } from '@boltwarden/core/bytes'
import { type GrantProblem, toGrant } from '@boltwarden/core/granting'
import { payloadId } from '@boltwarden/core/ids'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { ok, type Result } from '@boltwarden/core/result'
import type { RemoteSigningEvent } from '../webhook/event.ts'
import { toRequest } from '../webhook/request.ts'

/** Gives that many random bytes, fit for secrets. */
export type Entropy = (length: number) => Uint8Array

/** The entropy of the operating system. */
export const systemEntropy: Entropy = (length) => getRandomValues(new Uint8Array(length))

/**
 * Computes the answer to a signing request, without judging it and without sending it.
 *
 * @param event - a verified and parsed event.
 * @param keychain - the node's keys.
 * @param entropy - where the nonce of a new invoice comes from.
 * @returns the answer, or why it cannot be given whatever the owner wishes: a path that is no key
 * of the table, or one that may not sign.
 * @example
 * ```ts
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
 * import { computeAnswer, parseWebhook, toMutation } from '@boltwarden/sdk'
 * const secp256k1 = await loadSecp256k1('portable')
 * const keychain = Keychain.fromSeed(new Uint8Array(32).fill(7), { secp256k1 })
 * const event = parseWebhook(
 *   new TextEncoder().encode(
 *     JSON.stringify({
 *       event_type: 'REMOTE_SIGNING',
 *       event_id: '018fe6a810f306a80000685529f591ec',
 *       timestamp: '2024-06-05T04:28:45.171899+00:00',
 *       entity_id: 'Channel:018fe6a8-1096-69e3-0000-b60765430f65',
 *       data: {
 *         sub_event_type: 'GET_PER_COMMITMENT_POINT',
 *         bitcoin_network: 'REGTEST',
 *         derivation_path: 'm/3/19328',
 *         per_commitment_point_idx: 27363191,
 *         node_id: 'node_with_server_signing:018a9635-3673-88df-0000-827f23051b19',
 *       },
 *     }),
 *   ),
 * )
 * if (event.kind === 'remote-signing') {
 *   const answer = computeAnswer(event, keychain)
 *   if (answer.ok) toMutation(answer.value)?.operation // 'UpdateChannelPerCommitmentPoint'
 * }
 * keychain.dispose()
 * ```
 */
export function computeAnswer(
  event: RemoteSigningEvent,
  keychain: Keychain,
  entropy: Entropy = systemEntropy,
): Result<Answer, readonly GrantProblem[]> {
  const request = toRequest(event)
  const nonce =
    request.kind === 'request-invoice-payment-hash' ? preimageNonce(entropy(32)) : undefined
  const grant = toGrant(request, nonce)
  return grant.ok ? ok(answer(grant.value, keychain)) : grant
}

/**
 * The answer that declines a signing request, naming every job; none for a sub-event that the
 * platform knows no decline for.
 *
 * The platform force-closes the channel of a declined job.
 *
 * @example
 * ```ts
 * import { declineAnswer, parseWebhook } from '@boltwarden/sdk'
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
 * if (event.kind === 'remote-signing') declineAnswer(event) // undefined: nothing declines this
 * ```
 */
export function declineAnswer(event: RemoteSigningEvent): Answer | undefined {
  const { data } = event
  if (data.subEventType !== 'DERIVE_KEY_AND_SIGN') return undefined
  return { kind: 'declined', ids: data.signingJobs.map(({ id }) => payloadId(id)) }
}
