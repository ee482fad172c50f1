import { toHex } from '@boltwarden/core/hex'
import type { JobDraft } from '../channel/job.ts'
import { formatTimestamp } from '../environment.ts'
import { askPoint } from '../walk/asks/commitment-asks.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { encodeEvent, type OutgoingEvent, remoteSigningEvent } from '../webhook/envelope.ts'
import { signBody } from '../webhook/signature.ts'
import type { Attack, HostileRequest } from './stage/attack.ts'
import { goOn, live } from './stage/channels.ts'
import { output, redirected, thiefScript } from './stage/forge.ts'
import { secret, signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { secretOf, signed } from './stage/target.ts'
import { coin, consolidation, walletFee } from './stage/wallet.ts'

const prize = 'a secret of the channel, asked for by a delivery that is not to be trusted'
const day = 86_400 * 1_000_000

type Changes = Pick<HostileRequest, 'event' | 'forgery' | 'data'>

/**
 * The channel's next secret, which is due, in an event that must not be believed: an honest one
 * for the same secret is answered afterwards.
 */
function delivered(
  words: Omit<Attack, 'play' | 'prize'>,
  forge: (honest: HostileRequest, stage: Stage, known: OutgoingEvent) => Partial<Changes>,
): Attack {
  return {
    prize,
    ...words,
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const { event } = await askPoint(stage, terms, number + 2)
      const honest = secret(stage, terms, number)
      return {
        requests: [{ ...honest, ...forge(honest, stage, event) }],
        target: secretOf(toHex(point)),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** The honest event at another time, in microseconds from now. */
function at(offsetMicros: number) {
  return ({ entityId, data }: HostileRequest, { context: { platform } }: Stage) => ({
    event: {
      ...remoteSigningEvent(platform, entityId, data),
      timestamp: formatTimestamp(platform.environment.nowMicros() + offsetMicros),
    },
  })
}

/** Something that no server could read as the platform's, signed all the same. */
function unreadable(name: string, story: string, body: (event: OutgoingEvent) => string): Attack {
  const bytes = (event: OutgoingEvent) => new TextEncoder().encode(body(event))
  return delivered({ name, story, expectedTags: ['MALFORMED'], isOfTheWire: true }, () => ({
    forgery: (event) => ({ body: bytes(event) }),
  }))
}

/** A body whose signature is not that of the webhook's secret. */
function unsigned(
  name: string,
  story: string,
  signature: (body: Uint8Array) => string | null,
): Attack {
  return delivered({ name, story, expectedTags: [], isOfTheWire: true }, () => ({
    forgery: (event) => ({ signature: signature(encodeEvent(event)) }),
  }))
}

/** A batch of jobs that is forged as a whole. */
function batch(
  words: Omit<Attack, 'play'>,
  forge: (
    stage: Stage,
    honest: JobDraft,
  ) => {
    readonly requests: readonly HostileRequest[]
    readonly target: ReturnType<typeof signed>
  },
): Attack {
  return {
    ...words,
    play: async (stage) => {
      const drafts = consolidation(stage, [coin(stage, 1, 1_000_000n)])
      const [honest] = drafts
      if (honest === undefined) throw new TypeError('"coins" expected one')
      const { id } = stage.context.node
      const goOn = () => askSignatures(stage, id, 'a payment to itself', drafts)
      return { ...forge(stage, honest), goOn }
    },
  }
}

export const deliveries: readonly Attack[] = [
  delivered(
    {
      name: 'known-event-with-another-body',
      story: 'An event that was answered comes again with another body, as if it were a retry.',
      expectedTags: ['policy-lightspark-replay'],
    },
    ({ data }, _stage, known) => ({ event: { ...known, data } }),
  ),
  delivered(
    {
      name: 'event-of-two-days-ago',
      story: 'An event that was kept back is delivered when its time is over.',
      expectedTags: ['policy-lightspark-freshness'],
    },
    at(-2 * day),
  ),
  delivered(
    {
      name: 'event-of-tomorrow',
      story: 'An event is dated ahead, so that it can be used at will later on.',
      expectedTags: ['policy-lightspark-freshness'],
    },
    at(day),
  ),
  delivered(
    {
      name: 'event-of-another-network',
      story: 'The same keys are asked for on another network, where nothing is known of them.',
      expectedTags: ['policy-lightspark-network'],
    },
    ({ data }) => ({ data: { ...data, bitcoin_network: 'MAINNET' } }),
  ),
  batch(
    {
      name: 'jobs-with-one-id',
      story: 'Two jobs have one id: the first is honest, the second pays the thief.',
      expectedTags: ['policy-lightspark-batch'],
      prize: 'the signature of the job behind the honest one',
    },
    (stage, honest) => {
      const stolen = redirected(honest, [output(honest.amount - walletFee, thiefScript(stage))])
      const { id } = stage.context.node
      const ids: string[] = []
      const request = signing(stage, id, [honest, stolen], (wire) => {
        ids.push(wire.id)
        return { ...wire, id: ids[0] ?? wire.id }
      })
      return { requests: [request], target: signed(stolen) }
    },
  ),
  batch(
    {
      name: 'a-thousand-and-one-jobs',
      story: 'One event has 1,001 jobs, to keep the signer from answering others.',
      expectedTags: ['policy-lightspark-batch'],
      prize: 'more signatures than one event may ask for',
    },
    (stage, honest) => {
      const { id } = stage.context.node
      const many = Array.from({ length: 1_001 }, () => honest)
      return { requests: [signing(stage, id, many)], target: signed(honest) }
    },
  ),
  unsigned('wrong-hmac', 'The body is signed with zeros.', () => '0'.repeat(64)),
  unsigned('no-hmac', 'The body has no signature at all.', () => null),
  unsigned('hmac-of-another-secret', 'The body is signed with a secret of the thief.', (body) =>
    signBody('a secret of the thief', body),
  ),
  unreadable('no-json', 'The body breaks off.', (event) => JSON.stringify(event).slice(0, -1)),
  unreadable('a-list', 'The body is a list with an event in it.', (event) =>
    JSON.stringify([event]),
  ),
  unreadable('a-doubled-key', 'The event id stands twice, each time another one.', (event) =>
    JSON.stringify(event).replace('{', '{"event_id":"another",'),
  ),
  unreadable('an-index-as-text', 'The index is a text, to be read as a number by some.', (event) =>
    JSON.stringify({
      ...event,
      data: {
        ...event.data,
        per_commitment_point_idx: String(event.data?.['per_commitment_point_idx']),
      },
    }),
  ),
  unreadable(
    'an-index-with-a-fraction',
    'The index has a fraction, to be rounded by some.',
    (event) => JSON.stringify(event).replace(/("per_commitment_point_idx":\d+)/, '$1.5'),
  ),
  delivered(
    {
      name: 'a-sub-event-of-another-protocol',
      story: 'The request comes as a message of a protocol that the signer does not speak.',
      expectedTags: ['UNSUPPORTED_SUB_EVENT'],
      isOfTheWire: true,
    },
    ({ data }) => ({ data: { ...data, sub_event_type: 'VLS_MESSAGE' } }),
  ),
]
