import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber, indexOf } from '@boltwarden/core/units'
import { createJobs, type Job, type JobDraft } from '../../channel/job.ts'
import type { ChannelTerms } from '../../channel/terms.ts'
import { type AskedChannel, aboutIndex } from '../../walk/asks/commitment-asks.ts'
import { aboutPaymentHash, aboutPreimage } from '../../walk/asks/invoice-asks.ts'
import { aboutJobs } from '../../walk/asks/signing-asks.ts'
import type { HostileRequest } from './attack.ts'
import type { Stage } from './stage.ts'

/** Asks for the signatures of a batch; `forge` may change what each job says. */
export function signing(
  stage: Stage,
  entityId: string,
  drafts: readonly JobDraft[],
  forge: (wire: Job['wire'], at: number) => Job['wire'] = (wire) => wire,
): HostileRequest {
  const jobs = createJobs(stage.context.platform, drafts)
  const wire = jobs.map((job, at) => forge(job.wire, at))
  const [first] = jobs
  return {
    entityId,
    data: aboutJobs(stage, wire),
    ...(first && { answeredFor: first.payload.id }),
  }
}

/** Asks for the secret of a commitment number. */
export function secret(stage: Stage, channel: AskedChannel, number: number): HostileRequest {
  return {
    entityId: channel.channelId,
    data: aboutIndex(stage, 'RELEASE_PER_COMMITMENT_SECRET', channel, number),
    answeredFor: channel.channelId,
  }
}

/** Asks for the point of a commitment number. */
export function perCommitmentPoint(
  stage: Stage,
  channel: AskedChannel,
  number: number,
): HostileRequest {
  return {
    entityId: channel.channelId,
    data: aboutIndex(stage, 'GET_PER_COMMITMENT_POINT', channel, number),
    answeredFor: channel.channelId,
  }
}

/** The same question with other data. */
export function withData(
  request: HostileRequest,
  fields: Readonly<Record<string, unknown>>,
): HostileRequest {
  return { ...request, data: { ...request.data, ...fields } }
}

/** Asks for the preimage of an invoice by a nonce, hex. */
export function preimage(stage: Stage, invoice: string, nonce: string): HostileRequest {
  return {
    entityId: stage.context.node.id,
    data: aboutPreimage(stage, invoice, nonce),
    answeredFor: invoice,
  }
}

/** Asks for the payment hash of an invoice. */
export function paymentHashOf(stage: Stage, invoice: string): HostileRequest {
  return {
    entityId: stage.context.node.id,
    data: aboutPaymentHash(stage, invoice),
    answeredFor: invoice,
  }
}

/** Tells the counterparty's true secret of a number. */
export function revealed(stage: Stage, terms: ChannelTerms, number: number): HostileRequest {
  const at = commitmentNumber(number)
  return {
    entityId: terms.channelId,
    data: {
      sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
      bitcoin_network: stage.pairing.network,
      per_commitment_secret_idx: indexOf(at),
      per_commitment_secret: toHex(terms.counterparty.secret(at)),
      node_id: stage.context.node.id,
    },
  }
}
