import { type CommitmentSecret, commitmentSecret } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { createJobs, type JobDraft } from '../channel/job.ts'
import { publicKeyOf } from '../verify/point.ts'
import { tagsOf } from '../walk/reply.ts'
import { lastAttempt } from '../webhook/delivery.ts'
import { type EventData, type OutgoingEvent, remoteSigningEvent } from '../webhook/envelope.ts'
import type { Victim } from './victim.ts'

/** What came of a hostile event. */
export type Asked<T> = {
  /** Of its delivery. */
  readonly sequence: number
  /** The rules, or the codes, that the signer's answer names. */
  readonly rules: readonly string[]
  /** What was asked for, if the platform has it by now. */
  readonly got: () => T | undefined
}

/** An event about the victim's node, not sent yet. */
export function hostileEvent({ signer, stage }: Victim, entityId: string, data: EventData) {
  const { entity } = stage.alice()
  const about = { bitcoin_network: entity.network, node_id: entity.id, ...data }
  return remoteSigningEvent(signer.sandbox.platform, entityId, about)
}

/** Sends an event through the platform's own dispatcher, signed as every other. */
export async function ask<T>(
  { signer }: Victim,
  event: OutgoingEvent,
  got: () => T | undefined,
): Promise<Asked<T>> {
  const delivery = await signer.sandbox.dispatcher.deliver(event, { retries: false })
  return {
    sequence: delivery.sequence,
    rules: tagsOf(lastAttempt(delivery)?.reply ?? ''),
    got,
  }
}

/** An event that asks for signatures, and where they would be. */
export type SigningRequest = {
  readonly event: OutgoingEvent
  /** In the order of the drafts; undefined until all are there. Compact. */
  readonly got: () => readonly Uint8Array[] | undefined
}

/** Makes an event of forged jobs, one or more. */
export function signingRequest(
  victim: Victim,
  entityId: string,
  drafts: readonly JobDraft[],
): SigningRequest {
  const { platform } = victim.signer.sandbox
  const jobs = createJobs(platform, drafts)
  return {
    event: hostileEvent(victim, entityId, {
      sub_event_type: 'DERIVE_KEY_AND_SIGN',
      signing_jobs: jobs.map(({ wire }) => wire),
    }),
    got: () => {
      const current = jobs.map(({ payload }) => platform.get('SignablePayload', payload.id))
      const signatures = current.flatMap(({ status, signature }) =>
        status === 'SIGNED' && signature !== undefined ? [hexToBytes(signature)] : [],
      )
      return signatures.length === jobs.length ? signatures : undefined
    },
  }
}

/** Asks for one signature of the channel's. */
export async function askSignature(victim: Victim, draft: JobDraft): Promise<Asked<Uint8Array>> {
  const request = signingRequest(victim, victim.terms.channelId, [draft])
  return ask(victim, request.event, () => request.got()?.[0])
}

/**
 * Asks for the secret of one of our commitments.
 *
 * @param index - as the event names it, whatever it stands for.
 * @param point - of the secret that is wanted, hex.
 */
export function askSecret(
  victim: Victim,
  index: number,
  point: string,
): Promise<Asked<CommitmentSecret>> {
  const { channelId, channel } = victim.terms
  const { mutations } = victim.signer.sandbox.platform
  const from = mutations.count()
  const event = hostileEvent(victim, channelId, {
    sub_event_type: 'RELEASE_PER_COMMITMENT_SECRET',
    derivation_path: `m/3/${channel}`,
    per_commitment_point_idx: index,
  })
  return ask(victim, event, () => {
    const secrets = mutations
      .records(from)
      .filter(({ input }) => input['per_commitment_index'] === index)
      .flatMap(({ input }) => input['per_commitment_secret'] ?? [])
    const right = secrets.find((text) => publicKeyOf(String(text)) === point)
    return right === undefined ? undefined : commitmentSecret(hexToBytes(String(right)))
  })
}
