import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { createJobs, type JobDraft } from '../../channel/job.ts'
import { pointOf, secretOf } from '../../platform/channel-secrets.ts'
import type { SignerNode } from '../../platform/entities.ts'
import type { Platform } from '../../platform/platform.ts'
import type { EventData } from '../../webhook/envelope.ts'
import type { RemoteChannel } from './channels.ts'
import type { Desk, Question } from './desk.ts'
import type { RemoteKeys } from './remote-keys.ts'
import { createSignatureCache, meaningOf } from './signature-cache.ts'

/** What the questions need. */
type Asking = { readonly platform: Platform; readonly node: SignerNode; readonly desk: Desk }

/**
 * The keys of a node that are reached by webhook. Points and released secrets stay on the
 * platform's channel for good: LDK needs them at once when a peer reconnects.
 */
export function createWebhookKeys(asking: Asking): RemoteKeys {
  const { platform, node, desk } = asking
  const channelOf = (channel: RemoteChannel) => platform.get('Channel', channel.entityId)
  const invoiceOf = (invoiceId: string) => platform.get('Invoice', invoiceId)
  return {
    point: (channel, index) => {
      const known = pointOf(channelOf(channel), index)
      if (known !== undefined) return hexToBytes(known)
      desk.ask({
        key: `point ${channel.number} ${index}`,
        entityId: channel.entityId,
        compose: () => aboutIndex(asking, 'GET_PER_COMMITMENT_POINT', channel, index),
        look: () => (pointOf(channelOf(channel), index) ? 'answered' : 'open'),
      })
      return undefined
    },
    secret: (channel, index) => {
      const known = secretOf(channelOf(channel), index)
      if (known !== undefined) return hexToBytes(known)
      desk.ask({
        key: `secret ${channel.number} ${index}`,
        entityId: channel.entityId,
        compose: () => aboutIndex(asking, 'RELEASE_PER_COMMITMENT_SECRET', channel, index),
        look: () => (secretOf(channelOf(channel), index) ? 'answered' : 'open'),
      })
      return undefined
    },
    signatures: signaturesOf(asking),
    paymentHash: (invoiceId) => {
      const { paymentHash, network } = invoiceOf(invoiceId)
      if (paymentHash !== undefined) return hexToBytes(paymentHash)
      desk.ask({
        key: `payment hash ${invoiceId}`,
        entityId: node.id,
        compose: () => ({
          sub_event_type: 'REQUEST_INVOICE_PAYMENT_HASH',
          invoice_id: invoiceId,
          bitcoin_network: network,
        }),
        look: () => (invoiceOf(invoiceId).paymentHash !== undefined ? 'answered' : 'open'),
      })
      return undefined
    },
    preimage: (invoiceId) => {
      const { preimage } = invoiceOf(invoiceId)
      if (preimage !== undefined) return hexToBytes(preimage)
      desk.ask(preimageQuestion(asking, invoiceId))
      return undefined
    },
    reveal: (channel, index, secret) => {
      // Nothing waits for it, but the signer signs on only when it knows: it must arrive some time.
      desk.ask({
        key: `reveal ${channel.number} ${index}`,
        entityId: channel.entityId,
        compose: () => ({
          sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
          bitcoin_network: node.network,
          per_commitment_secret_idx: index,
          per_commitment_secret: toHex(secret),
          node_id: node.id,
        }),
        look: 'accepted',
      })
    },
  }
}

function aboutIndex(
  { node }: Asking,
  type: 'GET_PER_COMMITMENT_POINT' | 'RELEASE_PER_COMMITMENT_SECRET',
  channel: RemoteChannel,
  index: number,
): EventData {
  return {
    sub_event_type: type,
    bitcoin_network: node.network,
    derivation_path: `m/3/${channel.number}`,
    per_commitment_point_idx: index,
    node_id: node.id,
  }
}

function preimageQuestion({ platform, node }: Asking, invoiceId: string): Question {
  const invoice = () => platform.get('Invoice', invoiceId)
  return {
    key: `preimage ${invoiceId}`,
    entityId: node.id,
    compose: () => ({
      sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
      bitcoin_network: node.network,
      invoice_id: invoiceId,
      preimage_nonce: invoice().preimageNonce,
      is_uma: false,
      is_lnurl: false,
    }),
    look: () => (invoice().preimage !== undefined ? 'answered' : 'open'),
  }
}

/** One event for a whole batch, whose signatures are kept one by one. */
function signaturesOf({ platform, node, desk }: Asking): RemoteKeys['signatures'] {
  const cache = createSignatureCache()
  return (entityId: string, drafts: readonly JobDraft[]) => {
    const meanings = drafts.map(meaningOf)
    const known = meanings.map((meaning) => cache.get(meaning))
    const complete = known.flatMap((signature) => signature ?? [])
    if (complete.length === known.length) return complete
    const asked: { ids: readonly string[] } = { ids: [] }
    const payloads = () => asked.ids.map((id) => platform.get('SignablePayload', id))
    desk.ask({
      key: meanings.join('\n'),
      entityId,
      compose: () => {
        const jobs = createJobs(platform, drafts)
        asked.ids = jobs.map(({ payload }) => payload.id)
        return {
          sub_event_type: 'DERIVE_KEY_AND_SIGN',
          bitcoin_network: node.network,
          signing_jobs: jobs.map(({ wire }) => wire),
        }
      },
      look: () => {
        const current = payloads()
        if (current.some(({ status }) => status === 'VALIDATION_FAILED')) return 'declined'
        if (!current.every(({ status }) => status === 'SIGNED')) return 'open'
        current.forEach(({ signature }, at) => {
          const meaning = meanings[at]
          if (signature && meaning) cache.put(meaning, hexToBytes(signature))
        })
        return 'answered'
      },
    })
    return undefined
  }
}
