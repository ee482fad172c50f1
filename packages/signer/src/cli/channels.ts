import { z } from 'zod'
import { loadConfig } from '../config/load.ts'
import { exitCodes } from '../fault-table.ts'
import { type AdminFlags, adminClient } from './admin-client.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = AdminFlags & { readonly json?: boolean }

/** The flags of `boltwarden channels adopt`. */
export type AdoptFlags = Flags & {
  readonly channel: number
  readonly id: string
  readonly node: string
  readonly lastReleased?: number
  readonly lowestPoint?: number
  readonly confirm?: boolean
}

const channelShape = z.looseObject({
  path: z.string(),
  id: z.string(),
  node: z.string(),
  origin: z.string(),
  holder: z.looseObject({
    lowest_point: z.number(),
    last_released: z.number().nullable(),
    next_release: z.number(),
    signed_for_broadcast: z.array(z.object({ index: z.number(), txid: z.string() })),
  }),
  counterparty: z.looseObject({
    next_revealed: z.number().nullable(),
    commitments: z.array(
      z.looseObject({
        number: z.number(),
        txid: z.string(),
        to_holder_sats: z.number(),
        htlcs: z.array(z.looseObject({ way: z.string(), amount_sats: z.number() })),
      }),
    ),
  }),
  funding: z
    .looseObject({ outpoint: z.string(), amount_sats: z.number(), commitment_type: z.string() })
    .nullable(),
  closings: z.array(z.looseObject({ txid: z.string(), to_holder_sats: z.number() })),
})
type ShownChannel = z.output<typeof channelShape>

/** `boltwarden channels list`. */
export async function runChannelsList(flags: Flags, terminal: Terminal): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const list = await client.call(z.object({ channels: z.array(channelShape) }), 'GET', '/channels')
  const text = list.channels.length === 0 ? 'none\n' : list.channels.map(line).join('')
  print(terminal, flags.json, list, text)
}

/** `boltwarden channels show`. */
export async function runChannelsShow(n: string, flags: Flags, terminal: Terminal): Promise<void> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const path = `/channels/${encodeURIComponent(n.replace(/^m\/3\//, ''))}`
  const channel = await client.call(channelShape, 'GET', path)
  print(terminal, flags.json, channel, describe(channel))
}

/**
 * `boltwarden channels adopt`.
 *
 * @returns 0 where it was recorded, 2 where it was only shown.
 */
export async function runChannelsAdopt(flags: AdoptFlags, terminal: Terminal): Promise<number> {
  const client = adminClient(loadConfig(flags.config), flags, terminal)
  const body = {
    channel: flags.channel,
    id: flags.id,
    node: flags.node,
    last_released: flags.lastReleased,
    lowest_point: flags.lowestPoint,
    confirm: flags.confirm === true,
  }
  const shape = z.object({ adopted: z.boolean(), channel: channelShape })
  const told = await client.call(shape, 'POST', '/channels/adopt', body)
  const verdict = told.adopted
    ? 'adopted\n'
    : 'Nothing was recorded. If this is what the node says of the channel, add --confirm.\n'
  print(terminal, flags.json, told, `${describe(told.channel)}${verdict}`)
  return told.adopted ? exitCodes.ok : exitCodes.usage
}

function line({ path, id, origin, funding, counterparty, closings }: ShownChannel): string {
  const balance = counterparty.commitments.at(-1)?.to_holder_sats
  const money = `${balance ?? '?'} of ${funding?.amount_sats ?? '?'} sat`
  const closed = closings.length > 0 ? ', closing signed' : ''
  return `${path.padEnd(16)} ${id}  ${origin}, ${money}${closed}\n`
}

function describe(channel: ShownChannel): string {
  const { holder, counterparty, funding } = channel
  const row = (name: string, value: string | number | null) =>
    `${name.padEnd(22)} ${value ?? 'none'}\n`
  return [
    row('path', channel.path),
    row('channel', channel.id),
    row('node', channel.node),
    row('known since', channel.origin === 'opening' ? 'its opening' : 'it was adopted'),
    row(
      'funding',
      funding && `${funding.outpoint}, ${funding.amount_sats} sat, ${funding.commitment_type}`,
    ),
    row('lowest point given', holder.lowest_point),
    row('last secret released', holder.last_released),
    row('next secret', holder.next_release),
    row('next secret revealed', counterparty.next_revealed),
    ...counterparty.commitments.map(({ number, txid, to_holder_sats, htlcs }) =>
      row(`commitment ${number}`, `${txid}, ${to_holder_sats} sat are ours, ${htlcs.length} HTLCs`),
    ),
    ...holder.signed_for_broadcast.map(({ index, txid }) =>
      row(`own commitment`, `${txid}, index ${index}`),
    ),
    ...channel.closings.map(({ txid, to_holder_sats }) =>
      row('closing', `${txid}, ${to_holder_sats} sat are ours`),
    ),
  ].join('')
}
