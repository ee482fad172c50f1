import { contradiction } from '../verify/commitment-secrets.ts'
import { settles } from '../verify/payment.ts'
import { isPoint, publicKeyOf } from '../verify/point.ts'
import { isSignature, recoverSigner } from '../verify/signature.ts'
import { pointOf, secretOf, withSecret } from './channel-secrets.ts'
import type { Channel, Invoice, SignablePayload, SignerNode } from './entities.ts'
import type { Platform } from './platform.ts'
import { PlatformError } from './platform-error.ts'

// The inputs of the documented mutations, in the wire's spelling: GraphQL has checked their shape.

export type SignMessagesInput = {
  readonly signatures: readonly { readonly id: string; readonly signature: string }[]
}
export type DeclineToSignMessagesInput = { readonly payload_ids: readonly string[] }
export type SetInvoicePaymentHashInput = {
  readonly invoice_id: string
  readonly payment_hash: string
  readonly preimage_nonce?: string | null
}
export type ReleasePaymentPreimageInput = {
  readonly invoice_id: string
  readonly payment_preimage: string
}
export type UpdateChannelPerCommitmentPointInput = {
  readonly channel_id: string
  readonly per_commitment_point: string
  readonly per_commitment_point_index: number
}
export type ReleaseChannelPerCommitmentSecretInput = {
  readonly channel_id: string
  readonly per_commitment_secret: string
  readonly per_commitment_index: number
}
export type SignInvoiceInput = {
  readonly invoice_id: string
  readonly signature: string
  readonly recovery_id: number
}
export type UpdateNodeSharedSecretInput = {
  readonly node_id: string
  readonly shared_secret: string
}

/**
 * Takes signatures in. Each is checked under the key of its payload: a wrong one makes its payload
 * INVALID_SIGNATURE, and the mutation itself succeeds.
 *
 * @throws {PlatformError} ENTITY_NOT_FOUND if any payload is unknown; nothing is written then.
 */
export function signMessages(platform: Platform, input: SignMessagesInput): SignablePayload[] {
  const found = input.signatures.map(({ id, signature }) => ({
    payload: platform.get('SignablePayload', id),
    signature,
  }))
  return found.map(({ payload, signature }) => {
    const { signingKey } = payload
    const good = signingKey === undefined || isSignature(signature, payload.payload, signingKey)
    return platform.put({ ...payload, signature, status: good ? 'SIGNED' : 'INVALID_SIGNATURE' })
  })
}

/**
 * The signer declined: the platform would force-close the channel.
 *
 * @throws {PlatformError} ENTITY_NOT_FOUND, or CONFLICT if one of them is signed already.
 */
export function declineToSignMessages(
  platform: Platform,
  input: DeclineToSignMessagesInput,
): SignablePayload[] {
  const payloads = input.payload_ids.map((id) => platform.get('SignablePayload', id))
  if (payloads.some(({ status }) => status === 'SIGNED')) {
    throw new PlatformError('CONFLICT', 'a payload is signed already')
  }
  return payloads.map((payload) => platform.put({ ...payload, status: 'VALIDATION_FAILED' }))
}

/** The payment hash of an invoice; a later one takes its place. */
export function setInvoicePaymentHash(
  platform: Platform,
  input: SetInvoicePaymentHashInput,
): Invoice {
  return platform.put({
    ...platform.get('Invoice', input.invoice_id),
    paymentHash: input.payment_hash,
    preimageNonce: input.preimage_nonce ?? undefined,
  })
}

/** @throws {PlatformError} INVALID_INPUT if the preimage does not settle the invoice's hash. */
export function releasePaymentPreimage(
  platform: Platform,
  input: ReleasePaymentPreimageInput,
): Invoice {
  const invoice = platform.get('Invoice', input.invoice_id)
  if (invoice.paymentHash !== undefined && !settles(input.payment_preimage, invoice.paymentHash)) {
    throw new PlatformError('INVALID_INPUT', 'the preimage does not have the payment hash')
  }
  return platform.put({ ...invoice, preimage: input.payment_preimage })
}

/** @throws {PlatformError} INVALID_INPUT if it is no point, or another than was given before. */
export function updateChannelPerCommitmentPoint(
  platform: Platform,
  input: UpdateChannelPerCommitmentPointInput,
): Channel {
  const channel = platform.get('Channel', input.channel_id)
  const { per_commitment_point: point, per_commitment_point_index: index } = input
  if (!isPoint(point)) throw new PlatformError('INVALID_INPUT', 'not a point on the curve')
  const known = pointOf(channel, index)
  if (known === point) return platform.put(channel)
  if (known !== undefined) {
    throw new PlatformError('INVALID_INPUT', 'another point was given for this index')
  }
  return platform.put({ ...channel, points: new Map([...channel.points, [index, point]]) })
}

/**
 * @throws {PlatformError} INVALID_INPUT if the secret does not have the point given for its index,
 * or contradicts BOLT 3's derivation of the secrets before it.
 */
export function releaseChannelPerCommitmentSecret(
  platform: Platform,
  input: ReleaseChannelPerCommitmentSecretInput,
): Channel {
  const channel = platform.get('Channel', input.channel_id)
  const { per_commitment_secret: secret, per_commitment_index: index } = input
  const known = secretOf(channel, index)
  if (known === secret) return platform.put(channel)
  const point = pointOf(channel, index)
  if (point !== undefined && publicKeyOf(secret) !== point) {
    throw new PlatformError('INVALID_INPUT', 'the secret does not have the point of its index')
  }
  if (contradiction(channel.secrets, index, secret) !== undefined) {
    throw new PlatformError('INVALID_INPUT', 'the secret contradicts one released before')
  }
  return platform.put({ ...channel, ...withSecret(channel, index, secret) })
}

/** @throws {PlatformError} INVALID_INPUT if the signature does not recover the node's identity. */
export function signInvoice(platform: Platform, input: SignInvoiceInput): Invoice {
  const invoice = platform.get('Invoice', input.invoice_id)
  const { publicKey } = platform.get('LightsparkNodeWithRemoteSigning', invoice.node)
  const { signature: compact, recovery_id: recoveryId } = input
  if (invoice.signingHash === undefined) {
    throw new PlatformError('INVALID_INPUT', 'no signature was asked for this invoice')
  }
  const signer = recoverSigner(compact, recoveryId, invoice.signingHash)
  if (signer === undefined || (publicKey !== undefined && signer !== publicKey)) {
    throw new PlatformError('INVALID_INPUT', 'not a signature of the node')
  }
  return platform.put({ ...invoice, signature: { compact, recoveryId } })
}

/** What the node answered to ECDH. */
export function updateNodeSharedSecret(
  platform: Platform,
  input: UpdateNodeSharedSecretInput,
): SignerNode {
  return platform.put({
    ...platform.get('LightsparkNodeWithRemoteSigning', input.node_id),
    sharedSecret: input.shared_secret,
  })
}
