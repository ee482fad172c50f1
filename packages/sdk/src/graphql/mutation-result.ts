import type { JsonObject } from '../json/json-value.ts'
import { below } from '../json/malformed.ts'
import { arrayOf, field, object, type Shape } from '../json/shape.ts'
import { idField } from '../webhook/wire-field.ts'
import type {
  DeclineToSignMessagesMutation,
  ReleaseChannelPerCommitmentSecretMutation,
  ReleasePaymentPreimageMutation,
  SetInvoicePaymentHashMutation,
  SignInvoiceMutation,
  SignMessagesMutation,
  UpdateChannelPerCommitmentPointMutation,
  UpdateNodeSharedSecretMutation,
} from './generated/types.ts'
import type { MutationName } from './mutation.ts'

type Entity = { readonly id: string }

const entity: Shape<Entity> = (value, path) => ({
  id: field(object(value, path), path, 'id', idField),
})
const entities = arrayOf(entity)

/** The one field of a mutation's output: what it touched. */
function output<T>(data: JsonObject, mutation: string, name: string, shape: Shape<T>): T {
  return field(field(data, '', mutation, object), below('', mutation), name, shape)
}

// Typed by the generated results, so that a change of the schema is a type error here.
const signMessages = (data: JsonObject): SignMessagesMutation => ({
  sign_messages: {
    signed_payloads: output(data, 'sign_messages', 'signed_payloads', entities),
  },
})

const declineToSignMessages = (data: JsonObject): DeclineToSignMessagesMutation => ({
  decline_to_sign_messages: {
    declined_payloads: output(data, 'decline_to_sign_messages', 'declined_payloads', entities),
  },
})

const setInvoicePaymentHash = (data: JsonObject): SetInvoicePaymentHashMutation => ({
  set_invoice_payment_hash: {
    invoice: output(data, 'set_invoice_payment_hash', 'invoice', entity),
  },
})

const releasePaymentPreimage = (data: JsonObject): ReleasePaymentPreimageMutation => ({
  release_payment_preimage: {
    invoice: output(data, 'release_payment_preimage', 'invoice', entity),
  },
})

const releaseSecret = (data: JsonObject): ReleaseChannelPerCommitmentSecretMutation => ({
  release_channel_per_commitment_secret: {
    channel: output(data, 'release_channel_per_commitment_secret', 'channel', entity),
  },
})

const updatePoint = (data: JsonObject): UpdateChannelPerCommitmentPointMutation => ({
  update_channel_per_commitment_point: {
    channel: output(data, 'update_channel_per_commitment_point', 'channel', entity),
  },
})

const signInvoice = (data: JsonObject): SignInvoiceMutation => ({
  sign_invoice: { invoice: output(data, 'sign_invoice', 'invoice', entity) },
})

const updateNodeSharedSecret = (data: JsonObject): UpdateNodeSharedSecretMutation => ({
  update_node_shared_secret: { node: output(data, 'update_node_shared_secret', 'node', entity) },
})

const id = ({ id }: Entity): string => id

const touched: Readonly<Record<MutationName, (data: JsonObject) => readonly string[]>> = {
  SignMessages: (data) => signMessages(data).sign_messages.signed_payloads.map(id),
  DeclineToSignMessages: (data) =>
    declineToSignMessages(data).decline_to_sign_messages.declined_payloads.map(id),
  SetInvoicePaymentHash: (data) => [
    setInvoicePaymentHash(data).set_invoice_payment_hash.invoice.id,
  ],
  ReleasePaymentPreimage: (data) => [
    releasePaymentPreimage(data).release_payment_preimage.invoice.id,
  ],
  ReleaseChannelPerCommitmentSecret: (data) => [
    releaseSecret(data).release_channel_per_commitment_secret.channel.id,
  ],
  UpdateChannelPerCommitmentPoint: (data) => [
    updatePoint(data).update_channel_per_commitment_point.channel.id,
  ],
  SignInvoice: (data) => [signInvoice(data).sign_invoice.invoice.id],
  UpdateNodeSharedSecret: (data) => [
    updateNodeSharedSecret(data).update_node_shared_secret.node.id,
  ],
}

/**
 * The ids of the entities that a mutation touched, of its `data`.
 *
 * @throws {Malformed} if the data is not what the schema promises.
 */
export function touchedIds(mutation: MutationName, data: JsonObject): readonly string[] {
  return touched[mutation](data)
}
