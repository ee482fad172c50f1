import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { type PublicKey, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { commitmentIndex, sats } from '@boltwarden/core/units'
import { createJobs, type JobDraft } from '../channel/job.ts'
import { lastCommitment, type RecordedJob } from '../evil/recorded.ts'
import { thiefScript } from '../evil/thief.ts'
import type { RemoteNode } from '../lightning/node/remote-node.ts'
import type { RunningSigner } from '../signers/signer.ts'
import { tagsOf } from '../walk/reply.ts'
import { lastAttempt } from '../webhook/delivery.ts'
import { type EventData, remoteSigningEvent } from '../webhook/envelope.ts'
import { DemoError } from './demo-error.ts'

/** A hostile event that was sent, and what came of it. */
export type Attack = {
  readonly name: string
  /** Of its delivery. */
  readonly sequence: number
  /** The rules that the signer's answer names. */
  readonly rules: readonly string[]
  /** Whether the platform has got what it asked for by now. */
  readonly succeeded: () => boolean
}

/** Who is attacked: a signer, and a node of ours with a channel in use. */
export type Victim = {
  readonly signer: RunningSigner
  readonly alice: RemoteNode
  /** Of the platform. */
  readonly channelId: string
}

/** A platform that turned hostile: each event is a recorded one with one thing changed. */
export async function attack(victim: Victim): Promise<readonly Attack[]> {
  const recorded = lastCommitment(victim.signer.sandbox.dispatcher, victim.channelId)
  return [
    await signFor(victim, recorded, 'a close of the channel that pays a thief', (job) => ({
      ...job,
      transaction: {
        ...job.transaction,
        locktime: 0,
        inputs: job.transaction.inputs.map((input) => ({ ...input, sequence: 0xffff_ffff })),
        outputs: [{ value: sats(job.amount - 500n), scriptPubKey: thiefScript }],
      },
    })),
    await signFor(victim, recorded, 'the last commitment with the balances exchanged', (job) => ({
      ...job,
      transaction: { ...job.transaction, outputs: exchanged(job.transaction.outputs) },
    })),
    await releaseTooEarly(victim, recorded),
    await releaseUnpaidPreimage(victim),
  ]
}

async function signFor(
  victim: Victim,
  recorded: RecordedJob,
  name: string,
  forge: (job: JobDraft) => JobDraft,
): Promise<Attack> {
  const { platform } = victim.signer.sandbox
  const honest: JobDraft = {
    path: recorded.path,
    publicKey: fundingKey(victim, recorded.path),
    transaction: recorded.transaction,
    inputIndex: 0,
    script: recorded.script,
    amount: sats(recorded.amount),
    index: commitmentIndex(recorded.index),
  }
  const jobs = createJobs(platform, [forge(honest)])
  return send(victim, {
    name,
    entityId: victim.channelId,
    data: {
      sub_event_type: 'DERIVE_KEY_AND_SIGN',
      signing_jobs: jobs.map(({ wire }) => wire),
    },
    succeeded: () =>
      jobs.some(({ payload }) => platform.get('SignablePayload', payload.id).status === 'SIGNED'),
  })
}

/** The largest outputs are the two sides' balances; each side gets the other's. */
function exchanged(outputs: readonly TxOut[]): readonly TxOut[] {
  const [second, first] = outputs.slice(-2)
  if (first === undefined || second === undefined) return outputs
  return [
    ...outputs.slice(0, -2),
    { value: second.value, scriptPubKey: first.scriptPubKey },
    { value: first.value, scriptPubKey: second.scriptPubKey },
  ]
}

/** Secrets come out one by one: with a later one, a commitment that still counts would be forfeit. */
async function releaseTooEarly(victim: Victim, { path }: RecordedJob): Promise<Attack> {
  const { platform } = victim.signer.sandbox
  const channel = () => platform.get('Channel', victim.channelId)
  const [number] = /^m\/3\/\d+/.exec(path) ?? []
  const tooEarly = Math.min(...channel().secrets.keys()) - 2
  return send(victim, {
    name: 'the secret of a commitment that is still to come',
    entityId: victim.channelId,
    data: {
      sub_event_type: 'RELEASE_PER_COMMITMENT_SECRET',
      derivation_path: number,
      per_commitment_point_idx: tooEarly,
    },
    succeeded: () => channel().secrets.has(tooEarly),
  })
}

async function releaseUnpaidPreimage(victim: Victim): Promise<Attack> {
  const { platform } = victim.signer.sandbox
  await victim.alice.createInvoice({ amountMsat: 40_000_000n, memo: 'not paid yet' })
  const invoice = platform
    .entities()
    .filter((entity) => entity.type === 'Invoice')
    .at(-1)
  if (invoice === undefined) throw new DemoError('the platform has no invoice')
  return send(victim, {
    name: 'the preimage of an invoice that nobody has paid',
    entityId: victim.alice.entity.id,
    data: {
      sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
      invoice_id: invoice.id,
      preimage_nonce: invoice.preimageNonce,
      is_uma: false,
      is_lnurl: false,
    },
    succeeded: () => platform.get('Invoice', invoice.id).preimage !== undefined,
  })
}

type Sending = Pick<Attack, 'name' | 'succeeded'> & {
  readonly entityId: string
  readonly data: EventData
}

async function send(
  { signer, alice }: Victim,
  { name, succeeded, entityId, data }: Sending,
): Promise<Attack> {
  const { platform, dispatcher } = signer.sandbox
  const about = { bitcoin_network: alice.entity.network, node_id: alice.entity.id, ...data }
  const event = remoteSigningEvent(platform, entityId, about)
  const delivery = await dispatcher.deliver(event, { retries: false })
  const rules = tagsOf(lastAttempt(delivery)?.reply ?? '')
  return { name, sequence: delivery.sequence, rules, succeeded }
}

function fundingKey({ signer }: Victim, path: string): PublicKey {
  const keys = signer.pairing.channels.find(({ channel }) => path === `m/3/${channel}/0`)
  if (keys === undefined) throw new DemoError(`the pairing shows no key of ${path}`)
  return publicKey(hexToBytes(keys.funding))
}
