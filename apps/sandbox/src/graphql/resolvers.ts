import type { Entity } from '../platform/entities.ts'
import type * as Input from '../platform/mutations.ts'
import {
  declineToSignMessages,
  releaseChannelPerCommitmentSecret,
  releasePaymentPreimage,
  setInvoicePaymentHash,
  signInvoice,
  signMessages,
  updateChannelPerCommitmentPoint,
  updateNodeSharedSecret,
} from '../platform/mutations.ts'
import type { Platform } from '../platform/platform.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'
import { customerResolvers } from './customer-resolvers.ts'
import { present } from './presentation.ts'
import type { Presented } from './presented.ts'
import { recorded } from './recorded.ts'

/** A mutation's arguments: the documented ones all have one, `input`. */
type Arguments<T> = { readonly input: T }

/** How long an answer of the signer may come after it has accepted a webhook, in milliseconds. */
const answerTimeoutMs = 10_000

/** What the schema's root fields do. */
export type Resolvers = {
  readonly Query: Readonly<Record<string, (source: unknown, args: never) => unknown>>
  readonly Mutation: Readonly<Record<string, (source: unknown, args: never) => unknown>>
}

/** The resolvers of one platform: reads, and the mutations that answer webhooks. */
export function createResolvers(platform: Platform, dispatcher: Dispatcher): Resolvers {
  const customer = customerResolvers({ platform, dispatcher, answerTimeoutMs })
  const show = (entity: Entity) => present(platform, entity)
  const showAll = (entities: readonly Entity[]) => entities.map(show)
  const mutation =
    <T extends object>(operation: string, run: (platform: Platform, input: T) => Presented) =>
    (_source: unknown, { input }: Arguments<T>): Presented =>
      recorded(platform, { operation, input }, () => run(platform, input))

  return {
    Query: {
      ...customer.Query,
      current_account: () => show(platform.account),
      entity: (_source, { id }: { readonly id: string }) => {
        const entity = platform.find(id)
        return entity && show(entity)
      },
    },
    Mutation: {
      ...customer.Mutation,
      sign_messages: mutation<Input.SignMessagesInput>('sign_messages', (p, input) => ({
        signed_payloads: showAll(signMessages(p, input)),
      })),
      decline_to_sign_messages: mutation<Input.DeclineToSignMessagesInput>(
        'decline_to_sign_messages',
        (p, input) => ({ declined_payloads: showAll(declineToSignMessages(p, input)) }),
      ),
      set_invoice_payment_hash: mutation<Input.SetInvoicePaymentHashInput>(
        'set_invoice_payment_hash',
        (p, input) => ({ invoice: show(setInvoicePaymentHash(p, input)) }),
      ),
      release_payment_preimage: mutation<Input.ReleasePaymentPreimageInput>(
        'release_payment_preimage',
        (p, input) => ({ invoice: show(releasePaymentPreimage(p, input)) }),
      ),
      update_channel_per_commitment_point: mutation<Input.UpdateChannelPerCommitmentPointInput>(
        'update_channel_per_commitment_point',
        (p, input) => ({ channel: show(updateChannelPerCommitmentPoint(p, input)) }),
      ),
      release_channel_per_commitment_secret: mutation<Input.ReleaseChannelPerCommitmentSecretInput>(
        'release_channel_per_commitment_secret',
        (p, input) => ({ channel: show(releaseChannelPerCommitmentSecret(p, input)) }),
      ),
      sign_invoice: mutation<Input.SignInvoiceInput>('sign_invoice', (p, input) => ({
        invoice: show(signInvoice(p, input)),
      })),
      update_node_shared_secret: mutation<Input.UpdateNodeSharedSecretInput>(
        'update_node_shared_secret',
        (p, input) => ({ node: show(updateNodeSharedSecret(p, input)) }),
      ),
    },
  }
}
