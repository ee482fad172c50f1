import { randomBytes } from 'node:crypto'
import { toHex } from '@boltwarden/core/hex'
import type { Request, SigningJob } from '@boltwarden/core/request'

/** A webhook's body that asks for what a builder made. */
export function spoken(request: Request, entity = 'node:1'): string {
  return JSON.stringify({
    event_type: 'REMOTE_SIGNING',
    event_id: randomBytes(16).toString('hex'),
    timestamp: new Date().toISOString(),
    entity_id: 'channel' in request ? request.channel : entity,
    data: dataOf(request),
  })
}

function dataOf(request: Request): object {
  const network = { bitcoin_network: 'network' in request ? request.network : 'REGTEST' }
  switch (request.kind) {
    case 'derive-key-and-sign':
      return {
        ...network,
        sub_event_type: 'DERIVE_KEY_AND_SIGN',
        signing_jobs: request.jobs.map(jobOf),
      }
    case 'get-per-commitment-point':
    case 'release-per-commitment-secret':
      return {
        ...network,
        sub_event_type:
          request.kind === 'get-per-commitment-point'
            ? 'GET_PER_COMMITMENT_POINT'
            : 'RELEASE_PER_COMMITMENT_SECRET',
        derivation_path: request.path,
        per_commitment_point_idx: request.index,
        node_id: request.node,
      }
    case 'reveal-counterparty-per-commitment-secret':
      return {
        ...network,
        sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
        per_commitment_secret_idx: request.index,
        per_commitment_secret: toHex(request.secret),
        node_id: request.node,
      }
    default:
      throw new TypeError(`no words for ${request.kind}`)
  }
}

function jobOf(job: SigningJob): object {
  const hex = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : toHex(bytes))
  return {
    id: job.id,
    derivation_path: job.path,
    message: toHex(job.message),
    add_tweak: hex(job.addTweak),
    mul_tweak: hex(job.mulTweak),
    is_raw: job.isRaw,
    per_commitment_point_idx: job.index ?? null,
    script: hex(job.script),
    transaction: hex(job.transaction),
    amount: Number(job.amount),
    destination_derivation_path: job.destinationPath ?? null,
  }
}
