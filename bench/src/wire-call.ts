import { createHmac } from 'node:crypto'
import { toHex } from '@boltwarden/core/hex'
import type { Request, SigningJob } from '@boltwarden/core/request'
import type { Call } from './workload.ts'

/** The requests that are made here and not recorded. */
export type MadeRequest = Extract<
  Request,
  {
    kind:
      | 'derive-key-and-sign'
      | 'get-per-commitment-point'
      | 'release-per-commitment-secret'
      | 'reveal-counterparty-per-commitment-secret'
  }
>

/** The webhook call of a request. */
export function wireCall(
  request: MadeRequest,
  event: { readonly id: string; readonly nowMs: number; readonly webhookSecret: string },
): Call {
  const body = Buffer.from(
    JSON.stringify({
      event_type: 'REMOTE_SIGNING',
      event_id: event.id,
      timestamp: new Date(event.nowMs).toISOString().replace('Z', '000+00:00'),
      entity_id: request.kind === 'derive-key-and-sign' ? 'Channel:any' : request.channel,
      data: { bitcoin_network: request.network, ...wireData(request) },
    }),
  )
  const signature = createHmac('sha256', event.webhookSecret).update(body).digest('hex')
  return { body: new Uint8Array(body), signature }
}

function wireData(request: MadeRequest): object {
  switch (request.kind) {
    case 'derive-key-and-sign':
      return { sub_event_type: 'DERIVE_KEY_AND_SIGN', signing_jobs: request.jobs.map(wireJob) }
    case 'get-per-commitment-point':
    case 'release-per-commitment-secret':
      return {
        sub_event_type: request.kind.toUpperCase().replaceAll('-', '_'),
        derivation_path: request.path,
        per_commitment_point_idx: request.index,
        node_id: request.node,
      }
    case 'reveal-counterparty-per-commitment-secret':
      return {
        sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
        per_commitment_secret_idx: request.index,
        per_commitment_secret: toHex(request.secret),
        node_id: request.node,
      }
  }
}

function wireJob({ id, path, message, index, script, transaction, amount }: SigningJob): object {
  return {
    id,
    derivation_path: path,
    message: toHex(message),
    is_raw: true,
    ...(index !== undefined && { per_commitment_point_idx: index }),
    ...(script !== undefined && { script: toHex(script) }),
    ...(transaction !== undefined && { transaction: toHex(transaction) }),
    ...(amount !== undefined && { amount: Number(amount) }),
  }
}
