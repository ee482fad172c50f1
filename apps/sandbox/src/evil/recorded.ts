import { parseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes } from '@boltwarden/core/hex'
import { DemoError } from '../demo/demo-error.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'

/** A signing job as it was recorded: what is needed to forge another one. */
export type RecordedJob = {
  readonly path: string
  readonly transaction: Transaction
  readonly script: Uint8Array
  readonly amount: bigint
  readonly index: number
}

/**
 * The job of the last commitment that was signed for the peer of a channel.
 *
 * @throws {DemoError} if there was none.
 */
export function lastCommitment(
  { deliveries }: Pick<Dispatcher, 'deliveries'>,
  channelId: string,
): RecordedJob {
  const bodies = deliveries().filter(
    (each) => each.entityId === channelId && each.subject === 'DERIVE_KEY_AND_SIGN',
  )
  const job = bodies.flatMap(({ body }) => readJob(JSON.parse(body)) ?? []).at(-1)
  if (job === undefined) throw new DemoError('no commitment was signed')
  return job
}

function readJob(event: {
  readonly data?: { readonly signing_jobs?: readonly Record<string, unknown>[] }
}): RecordedJob | undefined {
  const [job] = event.data?.signing_jobs ?? []
  if (job === undefined || typeof job['per_commitment_point_idx'] !== 'number') return undefined
  const parsed = parseTransaction(hexToBytes(String(job['transaction'])))
  if (!parsed.ok) throw new DemoError('a recorded transaction cannot be read')
  return {
    path: String(job['derivation_path']),
    transaction: parsed.value,
    script: hexToBytes(String(job['script'])),
    amount: BigInt(Number(job['amount'])),
    index: job['per_commitment_point_idx'],
  }
}
