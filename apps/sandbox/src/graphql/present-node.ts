import type { BackendChannel, LightningBackend } from '../lightning/lightning-backend.ts'
import type { Channel, SignerNode } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import {
  connection,
  millisatoshis,
  type PageArguments,
  type Presented,
  satoshis,
} from './presented.ts'

type Statuses = PageArguments & { readonly statuses?: readonly string[] | null }

/** What a node has besides its id and times. */
export function presentNode(
  platform: Platform,
  node: SignerNode,
  show: (id: string) => Presented,
): Presented {
  const backend = platform.backends.of(node.id)
  return {
    bitcoin_network: node.network,
    display_name: node.displayName,
    public_key: backend?.publicKey ?? node.publicKey,
    owner: () => show(node.account),
    status: 'READY',
    uma_prescreening_utxos: [],
    addresses: { count: 0, entities: [] },
    channels: (args: Statuses) =>
      connection(
        channelsOf(platform, node.id).filter((channel) => hasStatus(platform, channel, args)),
        args,
        ({ id }) => show(id),
      ),
    ...(backend && presentBalances(backend)),
  }
}

function channelsOf(platform: Platform, nodeId: string): readonly Channel[] {
  return platform
    .entities()
    .filter((entity): entity is Channel => entity.type === 'Channel' && entity.node === nodeId)
}

function hasStatus(platform: Platform, channel: Channel, { statuses }: Statuses): boolean {
  return !statuses || statuses.includes(backendChannel(platform, channel)?.status ?? channel.status)
}

/** What the channels and the wallet of a node hold, in millisatoshis. */
export function balancesOf(backend: LightningBackend) {
  const open = backend.channels().filter(({ status }) => status !== 'CLOSED')
  const usable = open.filter(({ status }) => status === 'OK')
  const sum = (channels: readonly BackendChannel[], value: (channel: BackendChannel) => bigint) =>
    channels.reduce((total, channel) => total + value(channel), 0n)
  const { confirmedSats, unconfirmedSats } = backend.onChainBalance()
  return {
    local: sum(open, ({ localMsat }) => localMsat),
    onlineLocal: sum(usable, ({ localMsat }) => localMsat),
    remote: sum(usable, ({ remoteMsat }) => remoteMsat),
    confirmed: confirmedSats * 1000n,
    unconfirmed: unconfirmedSats * 1000n,
  }
}

/** The form in which the API shows on-chain money, in millisatoshis. */
export function presentWallet(confirmed: bigint, unconfirmed: bigint): Presented {
  return {
    total_balance: millisatoshis(confirmed + unconfirmed),
    confirmed_balance: millisatoshis(confirmed),
    unconfirmed_balance: millisatoshis(unconfirmed),
    locked_balance: millisatoshis(0n),
    required_reserve: millisatoshis(0n),
    available_balance: millisatoshis(confirmed),
  }
}

function presentBalances(backend: LightningBackend): Presented {
  const { local, onlineLocal, remote, confirmed, unconfirmed } = balancesOf(backend)
  return {
    total_balance: millisatoshis(local + confirmed + unconfirmed),
    total_local_balance: millisatoshis(local),
    local_balance: millisatoshis(onlineLocal),
    remote_balance: millisatoshis(remote),
    blockchain_balance: presentWallet(confirmed, unconfirmed),
    balances: {
      owned_balance: millisatoshis(local + confirmed + unconfirmed),
      available_to_send_balance: millisatoshis(onlineLocal),
      available_to_withdraw_balance: millisatoshis(local + confirmed),
    },
  }
}

function backendChannel(platform: Platform, channel: Channel): BackendChannel | undefined {
  return platform.backends
    .of(channel.node)
    ?.channels()
    .find(({ id }) => id === channel.id)
}

/** What a channel has besides its id and times. */
export function presentChannel(
  platform: Platform,
  channel: Channel,
  show: (id: string) => Presented,
): Presented {
  const real = backendChannel(platform, channel)
  return {
    capacity: satoshis(channel.capacitySats),
    total_balance: satoshis(channel.capacitySats),
    status: channel.status,
    local_node: () => show(channel.node),
    ...(real && presentBackendChannel(real)),
  }
}

function presentBackendChannel(channel: BackendChannel): Presented {
  return {
    capacity: millisatoshis(channel.capacityMsat),
    local_balance: millisatoshis(channel.localMsat),
    remote_balance: millisatoshis(channel.remoteMsat),
    unsettled_balance: millisatoshis(channel.unsettledMsat),
    total_balance: millisatoshis(channel.localMsat + channel.remoteMsat + channel.unsettledMsat),
    commit_fee: millisatoshis(channel.commitFeeMsat),
    status: channel.status,
    short_channel_id: channel.shortChannelId,
  }
}
