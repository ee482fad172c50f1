import { z } from 'zod'
import { loadConfig } from '../config/load.ts'
import { SignerFault } from '../fault.ts'
import { type AdminFlags, adminClient } from './admin-client.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = AdminFlags & { readonly json?: boolean }
type AddFlags = Flags & { readonly id?: string; readonly expiresIn?: string }

/** The flags of `boltwarden intents add payment`. */
export type AddPaymentFlags = AddFlags & {
  readonly invoice?: string
  readonly paymentHash?: string
  readonly maxAmountSats?: number
  readonly maxFeeSats?: number
}

/** The flags of `boltwarden intents add withdrawal`. */
export type AddWithdrawalFlags = AddFlags & {
  readonly address: string
  readonly amountSats: number
}

const shared = { id: z.string(), status: z.string(), expires_at: z.string() }
const intentShape = z.discriminatedUnion('kind', [
  z.looseObject({
    ...shared,
    kind: z.literal('payment'),
    payment_hash: z.string(),
    max_amount_sats: z.number(),
    settled_sats: z.number(),
  }),
  z.looseObject({
    ...shared,
    kind: z.literal('withdrawal'),
    address: z.string().nullable(),
    script: z.string(),
    amount_sats: z.number(),
  }),
])
type ShownIntent = z.output<typeof intentShape>
const addedShape = z.object({ created: z.boolean(), intent: intentShape })
const listShape = z.object({ intents: z.array(intentShape) })
const removedShape = z.object({ removed: z.boolean() })

/** `boltwarden intents add payment`. */
export function runIntentsAddPayment(flags: AddPaymentFlags, terminal: Terminal): Promise<void> {
  return add(flags, terminal, {
    kind: 'payment',
    invoice: flags.invoice,
    payment_hash: flags.paymentHash,
    max_amount_sats: flags.maxAmountSats,
    max_fee_sats: flags.maxFeeSats,
  })
}

/** `boltwarden intents add withdrawal`. */
export function runIntentsAddWithdrawal(
  flags: AddWithdrawalFlags,
  terminal: Terminal,
): Promise<void> {
  const { address, amountSats } = flags
  return add(flags, terminal, { kind: 'withdrawal', address, amount_sats: amountSats })
}

async function add(flags: AddFlags, terminal: Terminal, terms: object): Promise<void> {
  const expires_in_seconds = flags.expiresIn === undefined ? undefined : seconds(flags.expiresIn)
  const body = { ...terms, id: flags.id, expires_in_seconds }
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const added = await client.call(addedShape, 'POST', '/intents', body)
  const text = `${added.created ? 'registered' : 'known already'}\n${describe(added.intent)}`
  print(terminal, flags.json, added, text)
}

/** `boltwarden intents list`. */
export async function runIntentsList(flags: Flags, terminal: Terminal): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const list = await client.call(listShape, 'GET', '/intents')
  const text = list.intents.length === 0 ? 'none\n' : list.intents.map(describe).join('')
  print(terminal, flags.json, list, text)
}

/** `boltwarden intents revoke`: one that is not known is not known afterwards either. */
export async function runIntentsRevoke(
  id: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const path = `/intents/${encodeURIComponent(id)}`
  const told = await client.call(removedShape, 'DELETE', path)
  print(terminal, flags.json, { id, ...told }, told.removed ? `revoked ${id}\n` : `no ${id}\n`)
}

function describe(intent: ShownIntent): string {
  const what =
    intent.kind === 'payment'
      ? `at most ${intent.max_amount_sats} sat for ${intent.payment_hash}, ${intent.settled_sats} paid`
      : `${intent.amount_sats} sat to ${intent.address ?? intent.script}`
  return `${intent.status.padEnd(8)} ${intent.id}  ${what}, until ${intent.expires_at}\n`
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * Reads `90s`, `30m`, `12h` or `7d`.
 *
 * @throws {SignerFault} `USAGE`.
 */
export function seconds(text: string): number {
  const [, digits, unit = ''] = /^([0-9]{1,8})([smhd])$/.exec(text) ?? []
  const factor = units[unit]
  if (digits === undefined || factor === undefined) {
    throw new SignerFault({ code: 'USAGE', expected: '--expires-in as 90s, 30m, 12h or 7d' })
  }
  return Number(digits) * factor
}
