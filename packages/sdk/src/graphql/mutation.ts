import type { Answer } from '@boltwarden/core/answer'
import { toHex } from '@boltwarden/core/hex'
import * as documents from './generated/documents.ts'
import type {
  DeclineToSignMessagesMutationVariables,
  ReleaseChannelPerCommitmentSecretMutationVariables,
  ReleasePaymentPreimageMutationVariables,
  SetInvoicePaymentHashMutationVariables,
  SignInvoiceMutationVariables,
  SignMessagesMutationVariables,
  UpdateChannelPerCommitmentPointMutationVariables,
  UpdateNodeSharedSecretMutationVariables,
} from './generated/types.ts'

type VariablesByMutation = {
  SignMessages: SignMessagesMutationVariables
  DeclineToSignMessages: DeclineToSignMessagesMutationVariables
  SetInvoicePaymentHash: SetInvoicePaymentHashMutationVariables
  ReleasePaymentPreimage: ReleasePaymentPreimageMutationVariables
  UpdateChannelPerCommitmentPoint: UpdateChannelPerCommitmentPointMutationVariables
  ReleaseChannelPerCommitmentSecret: ReleaseChannelPerCommitmentSecretMutationVariables
  SignInvoice: SignInvoiceMutationVariables
  UpdateNodeSharedSecret: UpdateNodeSharedSecretMutationVariables
}

/** The name of a mutation that carries an answer. */
export type MutationName = keyof VariablesByMutation

/**
 * An answer as it is sent: the operation's name, its document and its variables.
 *
 * The variables may hold a preimage or a per-commitment secret: do not log them.
 */
export type Mutation = {
  [Name in MutationName]: {
    readonly operation: Name
    readonly document: string
    readonly variables: VariablesByMutation[Name]
  }
}[MutationName]

/**
 * The mutation that carries an answer; none for an acknowledgement.
 *
 * @param answer - as `answer` of `@boltwarden/core/answering` made it.
 * @example
 * ```ts
 * import { payloadId } from '@boltwarden/core/ids'
 * import { toMutation } from '@boltwarden/sdk'
 * const ids = [payloadId('SignablePayload:1')]
 * toMutation({ kind: 'declined', ids })?.operation // 'DeclineToSignMessages'
 * toMutation({ kind: 'acknowledgement' }) // undefined
 * ```
 */
export function toMutation(answer: Answer): Mutation | undefined {
  switch (answer.kind) {
    case 'signatures':
      return {
        operation: 'SignMessages',
        document: documents.signMessages.text,
        variables: {
          signatures: answer.signatures.map(({ id, signature }) => ({
            id,
            signature: toHex(signature),
          })),
        },
      }
    case 'declined':
      return {
        operation: 'DeclineToSignMessages',
        document: documents.declineToSignMessages.text,
        variables: { payload_ids: answer.ids },
      }
    case 'payment-hash':
    case 'payment-preimage':
    case 'invoice-signature':
      return invoiceMutation(answer)
    case 'commitment-point':
    case 'commitment-secret':
      return channelMutation(answer)
    case 'shared-secret':
      return {
        operation: 'UpdateNodeSharedSecret',
        document: documents.updateNodeSharedSecret.text,
        variables: { node_id: answer.node, shared_secret: toHex(answer.sharedSecret) },
      }
    case 'acknowledgement':
      return undefined
  }
}

type InvoiceAnswer = Extract<
  Answer,
  { kind: 'payment-hash' | 'payment-preimage' | 'invoice-signature' }
>

function invoiceMutation(answer: InvoiceAnswer): Mutation {
  switch (answer.kind) {
    case 'payment-hash':
      return {
        operation: 'SetInvoicePaymentHash',
        document: documents.setInvoicePaymentHash.text,
        variables: {
          invoice_id: answer.invoice,
          payment_hash: toHex(answer.hash),
          preimage_nonce: toHex(answer.nonce),
        },
      }
    case 'payment-preimage':
      return {
        operation: 'ReleasePaymentPreimage',
        document: documents.releasePaymentPreimage.text,
        variables: { invoice_id: answer.invoice, payment_preimage: toHex(answer.preimage) },
      }
    case 'invoice-signature':
      return {
        operation: 'SignInvoice',
        document: documents.signInvoice.text,
        variables: {
          invoice_id: answer.invoice,
          signature: toHex(answer.signature),
          recovery_id: answer.recoveryId,
        },
      }
  }
}

type ChannelAnswer = Extract<Answer, { kind: 'commitment-point' | 'commitment-secret' }>

function channelMutation(answer: ChannelAnswer): Mutation {
  switch (answer.kind) {
    case 'commitment-point':
      return {
        operation: 'UpdateChannelPerCommitmentPoint',
        document: documents.updateChannelPerCommitmentPoint.text,
        variables: {
          channel_id: answer.channelId,
          per_commitment_point: toHex(answer.point),
          per_commitment_point_index: answer.index,
        },
      }
    case 'commitment-secret':
      return {
        operation: 'ReleaseChannelPerCommitmentSecret',
        document: documents.releaseChannelPerCommitmentSecret.text,
        variables: {
          channel_id: answer.channelId,
          per_commitment_secret: toHex(answer.secret),
          per_commitment_index: answer.index,
        },
      }
  }
}
