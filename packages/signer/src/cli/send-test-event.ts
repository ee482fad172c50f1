import { readFileSync } from 'node:fs'
import { signWebhook, WEBHOOKS_SIGNATURE_HEADER } from '@boltwarden/sdk'
import { type Clock, systemClock } from '../clock.ts'
import { type Entropy, systemEntropy } from '../entropy.ts'
import { SignerFault, systemReason } from '../fault.ts'
import { exitCodes } from '../fault-table.ts'
import { readSecret, secretText } from '../secret-source.ts'
import { warningRules } from './init.ts'
import { networkOf } from './init-flags.ts'
import { isSampleName, sample, sampleNames } from './sample-data.ts'
import { paint, print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden send-test-event`. */
export type SendTestEventFlags = {
  readonly url: string
  readonly secretFile: string
  readonly event: string
  readonly network: string
  readonly dataFile?: string
  readonly entityId?: string
  readonly eventId?: string
  readonly timestamp?: string
  readonly json?: boolean
}

/** The longest that an answer is waited for: the platform's own limit. */
const limitMs = 10_000

/**
 * `boltwarden send-test-event`: signs a made-up event and sends it as the platform would.
 *
 * @returns 0 where the reply is 2xx.
 */
export async function runSendTestEvent(
  flags: SendTestEventFlags,
  terminal: Terminal,
): Promise<number> {
  const event = makeEvent(flags, systemClock, systemEntropy)
  const body = new TextEncoder().encode(JSON.stringify(event))
  const from = systemClock.monotonicMs()
  const reply = await post(flags.url, body, signatureOf(body, flags, terminal))
  const ms = Math.round(systemClock.monotonicMs() - from)
  const shown = { event, status: reply.status, body: reply.body, ms }
  const good = reply.status >= 200 && reply.status < 300
  const status = paint(terminal, good ? 'green' : 'red', String(reply.status))
  print(
    terminal,
    flags.json,
    shown,
    `${flags.event} ${event.event_id}\n${status} in ${ms} ms\n${reply.body === '' ? '' : `${reply.body}\n`}`,
  )
  return good ? exitCodes.ok : exitCodes.unhealthy
}

/** The event that the flags describe. */
export function makeEvent(flags: SendTestEventFlags, clock: Clock, entropy: Entropy) {
  const network = networkOf(flags.network)
  const overrides = flags.dataFile === undefined ? {} : readData(flags.dataFile)
  const made = isSampleName(flags.event)
    ? { type: 'REMOTE_SIGNING', ...sample(flags.event, network, entropy) }
    : { type: eventType(flags.event), entityId: `node:${hex(entropy.bytes(16))}`, data: {} }
  return {
    event_type: made.type,
    event_id: flags.eventId ?? hex(entropy.bytes(16)),
    api_version: '2023-09-13',
    timestamp: flags.timestamp ?? new Date(clock.nowMs()).toISOString(),
    entity_id: flags.entityId ?? made.entityId,
    data: { ...made.data, ...overrides },
  }
}

function signatureOf(body: Uint8Array, flags: SendTestEventFlags, terminal: Terminal): string {
  const source = { kind: 'file', path: flags.secretFile } as const
  const secret = readSecret(source, warningRules(terminal))
  try {
    return signWebhook(body, secretText(secret, flags.secretFile))
  } finally {
    secret.dispose()
  }
}

async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  signature: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const headers = { 'content-type': 'application/json', [WEBHOOKS_SIGNATURE_HEADER]: signature }
  try {
    const signal = AbortSignal.timeout(limitMs)
    const reply = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    return { status: reply.status, body: await reply.text() }
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    throw new SignerFault({ code: 'WEBHOOK_UNREACHABLE', reason: systemReason(cause) }, { cause })
  }
}

function eventType(name: string): string {
  if (/^[A-Z0-9_]{1,64}$/.test(name)) return name
  const expected = `--event ${sampleNames.join(', ')}, or another event type`
  throw new SignerFault({ code: 'USAGE', expected })
}

function readData(file: string): object {
  try {
    const data: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data
  } catch (cause) {
    throw new SignerFault({ code: 'USAGE', expected: '--data-file with JSON' }, { cause })
  }
  throw new SignerFault({ code: 'USAGE', expected: '--data-file with a JSON object' })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
