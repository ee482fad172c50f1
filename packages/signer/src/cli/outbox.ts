import { z } from 'zod'
import { loadConfig } from '../config/load.ts'
import { type AdminFlags, adminClient } from './admin-client.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = AdminFlags & { readonly json?: boolean }

const answerShape = z.looseObject({
  event: z.string(),
  lane: z.string(),
  request: z.string(),
  verdict: z.string(),
  received_at: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  attempts: z.number(),
  last_error: z.string().nullable(),
})

/** `boltwarden outbox list`. */
export async function runOutboxList(flags: Flags, terminal: Terminal): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const list = await client.call(z.object({ answers: z.array(answerShape) }), 'GET', '/outbox')
  const text = list.answers.length === 0 ? 'none\n' : list.answers.map(line).join('')
  print(terminal, flags.json, list, text)
}

/** `boltwarden outbox retry`. */
export async function runOutboxRetry(
  event: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const shape = z.object({ event: z.string(), retried: z.boolean() })
  const told = await client.call(shape, 'POST', `${pathOf(event)}/retry`, {})
  print(terminal, flags.json, told, `${told.event} is tried again\n`)
}

/** `boltwarden outbox drop`. */
export async function runOutboxDrop(
  event: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const shape = z.object({ event: z.string(), dropped: z.boolean() })
  const told = await client.call(shape, 'DELETE', pathOf(event))
  print(terminal, flags.json, told, `${told.event} was dropped\n`)
}

function pathOf(event: string): string {
  return `/outbox/${encodeURIComponent(event)}`
}

function line(answer: z.output<typeof answerShape>): string {
  const { event, lane, request, verdict, state, reason, attempts, last_error: error } = answer
  const why = reason ?? error ?? 'not tried yet'
  return `${state.padEnd(9)}  ${event}  ${request} (${verdict}), ${lane}, since ${answer.received_at}, ${attempts} attempts: ${why}\n`
}
