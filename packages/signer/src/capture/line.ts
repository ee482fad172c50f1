import { type Verdict, verdicts } from '@boltwarden/policy/decision'
import { isTag, type Tag } from '@boltwarden/policy/tags'
import { z } from 'zod'

/** A nonce that was issued for an invoice: the platform was told both, and neither is a secret. */
export type Issued = { readonly nonce: string; readonly paymentHash: string }

/** What was decided of a captured event. */
export type Decided = {
  readonly verdict: Verdict
  readonly tags: readonly Tag[]
  /** Hash of the policy, in hex. */
  readonly policy: string
}

/** One event of a capture. */
export type CapturedEvent = {
  /** The body as it arrived. */
  readonly body: Uint8Array
  /** By the signer's clock, in milliseconds since 1970. */
  readonly receivedAtMs: number
  /** Without it an invoice's hash cannot be judged as it was. */
  readonly issued?: Issued
  readonly decided?: Decided
}

/** The text of a line, without its end. */
export function formatLine(event: CapturedEvent): string {
  const { body, receivedAtMs, issued, decided } = event
  return JSON.stringify({
    v: 1,
    received_at: new Date(receivedAtMs).toISOString(),
    // Only what the platform signed is captured: else a stranger could fill the file.
    signature: 'valid',
    ...(decided !== undefined && { decided }),
    ...(issued !== undefined && {
      issued: { nonce: issued.nonce, payment_hash: issued.paymentHash },
    }),
    ...bodyField(body),
  })
}

function bodyField(body: Uint8Array) {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) }
  } catch {
    return { body_base64: Buffer.from(body).toString('base64') }
  }
}

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)

const ours = z.object({
  v: z.literal(1),
  received_at: z.iso.datetime(),
  body: z.string().optional(),
  body_base64: z.base64().optional(),
  issued: z
    .object({ nonce: z.string().regex(/^(?:[0-9a-f]{2})+$/), payment_hash: hex32 })
    .optional(),
  decided: z
    .object({ verdict: z.enum(verdicts), tags: z.array(z.string()), policy: hex32 })
    .optional(),
})

/** Recorded traffic with the answers that were given: `vectors/corpus`. */
const recorded = z.object({
  event: z.looseObject({ timestamp: z.iso.datetime({ offset: true }) }),
  expected: z.object({ operation: z.string(), variables: z.looseObject({}) }).nullish(),
})

/** A webhook's body by itself. */
const bare = z.looseObject({
  event_type: z.string(),
  event_id: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
})

/**
 * The event of a text: a line of a capture, a line of recorded traffic, or a webhook's body by
 * itself, whose time of arrival is then the event's own.
 *
 * @returns undefined where it is none of these.
 */
export function parseLine(text: string): CapturedEvent | undefined {
  const value = jsonOf(text)
  const captured = ours.safeParse(value)
  if (captured.success) return fromOurs(captured.data)
  const line = recorded.safeParse(value)
  // zod puts known keys first, and what was recorded is signed as it stands.
  if (line.success) return fromRecorded(line.data, JSON.stringify(Object(value).event))
  const event = bare.safeParse(value)
  if (!event.success) return undefined
  return { body: new TextEncoder().encode(text), receivedAtMs: Date.parse(event.data.timestamp) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fromOurs(line: z.output<typeof ours>): CapturedEvent | undefined {
  const { body, body_base64, issued, decided } = line
  if ((body === undefined) === (body_base64 === undefined)) return undefined
  return {
    body: new Uint8Array(
      body === undefined
        ? Buffer.from(body_base64 ?? '', 'base64')
        : new TextEncoder().encode(body),
    ),
    receivedAtMs: Date.parse(line.received_at),
    ...(issued !== undefined && {
      issued: { nonce: issued.nonce, paymentHash: issued.payment_hash },
    }),
    // A tag of another version is no longer known; the verdict still tells.
    ...(decided !== undefined && { decided: { ...decided, tags: decided.tags.filter(isTag) } }),
  }
}

function fromRecorded({ event, expected }: z.output<typeof recorded>, body: string): CapturedEvent {
  const variables = expected?.operation === 'SetInvoicePaymentHash' ? expected.variables : {}
  const { preimage_nonce: nonce, payment_hash: paymentHash } = variables
  return {
    body: new TextEncoder().encode(body),
    receivedAtMs: Date.parse(event.timestamp),
    ...(typeof nonce === 'string' &&
      typeof paymentHash === 'string' && { issued: { nonce, paymentHash } }),
  }
}
