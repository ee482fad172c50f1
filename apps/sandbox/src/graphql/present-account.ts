import { withdrawalRequests } from '../lightning/customer-orders.ts'
import type {
  Account,
  Channel,
  Entity,
  Invoice,
  MoneyEntity,
  SignerNode,
} from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { nodesWithBackends } from './decoded-invoice.ts'
import { balancesOf, presentWallet } from './present-node.ts'
import { connection, millisatoshis, type PageArguments, type Presented } from './presented.ts'

/** The filters that lists of the account have; a list ignores what it does not know. */
type Filters = PageArguments & {
  readonly after_date?: string | null
  readonly before_date?: string | null
  readonly bitcoin_network?: string | null
  readonly bitcoin_networks?: readonly string[] | null
  readonly lightning_node_id?: string | null
  readonly node_ids?: readonly string[] | null
  readonly statuses?: readonly string[] | null
  readonly types?: readonly string[] | null
}

/** What the account has besides its id and times. Lists have the newest first. */
export function presentAccount(
  platform: Platform,
  account: Account,
  show: (id: string) => Presented,
): Presented {
  const list = <T extends Entity>(args: Filters, isOf: (entity: Entity) => entity is T) =>
    platform
      .entities()
      .filter(isOf)
      .filter((entity) => isWithin(platform, entity, args))
      .toReversed()
  const showAll = (args: Filters, entities: readonly Entity[]) =>
    connection(entities, args, ({ id }) => show(id))
  const total = (args: Filters) => totals(platform, args)
  return {
    name: account.name,
    nodes: (args: Filters) => showAll(args, list(args, isNode)),
    channels: (args: Filters) => showAll(args, list(args, isChannel)),
    payment_requests: (args: Filters) => showAll(args, list(args, isInvoice)),
    transactions: (args: Filters) => {
      const movements = list(args, isMoney).filter((movement) => fits(movement, args))
      const sum = movements.reduce((all, { amountMsat }) => all + amountMsat, 0n)
      return { ...showAll(args, movements), total_amount_transacted: millisatoshis(sum) }
    },
    withdrawal_requests: (args: Filters) => {
      const { statuses } = args
      const all = withdrawalRequests(platform)
        .filter((request) => isWithin(platform, request, args))
        .filter(({ status }) => !statuses || statuses.includes(status))
      return showAll(args, all.toReversed())
    },
    local_balance: (args: Filters) => millisatoshis(total(args).onlineLocal),
    remote_balance: (args: Filters) => millisatoshis(total(args).remote),
    blockchain_balance: (args: Filters) =>
      presentWallet(total(args).confirmed, total(args).unconfirmed),
  }
}

const isNode = (entity: Entity): entity is SignerNode =>
  entity.type === 'LightsparkNodeWithRemoteSigning'
const isChannel = (entity: Entity): entity is Channel => entity.type === 'Channel'
const isInvoice = (entity: Entity): entity is Invoice => entity.type === 'Invoice'
const isMoney = (entity: Entity): entity is MoneyEntity => typesOf[entity.type] !== undefined

/** The names under which the API's filter finds each type. */
const typesOf: Readonly<Partial<Record<Entity['type'], readonly string[]>>> = {
  IncomingPayment: ['INCOMING_PAYMENT', 'PAYMENT'],
  OutgoingPayment: ['OUTGOING_PAYMENT', 'PAYMENT'],
  Deposit: ['L1_DEPOSIT'],
  Withdrawal: ['L1_WITHDRAW'],
}

function fits({ type, status }: MoneyEntity, { types, statuses }: Filters): boolean {
  const isAsked = !types || types.some((name) => typesOf[type]?.includes(name))
  return isAsked && (!statuses || statuses.includes(status))
}

/** The node that an entity belongs to. */
function nodeOf(entity: Entity): string | undefined {
  if (entity.type === 'LightsparkNodeWithRemoteSigning') return entity.id
  return 'node' in entity ? entity.node : undefined
}

function isWithin(platform: Platform, entity: Entity, args: Filters): boolean {
  const node = nodeOf(entity)
  const owner = node === undefined ? undefined : platform.find(node)
  const network = owner && 'network' in owner ? owner.network : undefined
  const nodes = args.lightning_node_id ? [args.lightning_node_id] : args.node_ids
  const networks = args.bitcoin_network ? [args.bitcoin_network] : args.bitcoin_networks
  const created = Date.parse(entity.createdAt)
  return (
    (!nodes || (node !== undefined && nodes.includes(node))) &&
    (!networks || (network !== undefined && networks.includes(network))) &&
    (!args.after_date || created > Date.parse(args.after_date)) &&
    (!args.before_date || created < Date.parse(args.before_date))
  )
}

function totals(platform: Platform, args: Filters) {
  const zero = { onlineLocal: 0n, remote: 0n, confirmed: 0n, unconfirmed: 0n }
  return nodesWithBackends(platform)
    .filter(({ node }) => isWithin(platform, node, args))
    .map(({ backend }) => balancesOf(backend))
    .reduce(
      (sum, one) => ({
        onlineLocal: sum.onlineLocal + one.onlineLocal,
        remote: sum.remote + one.remote,
        confirmed: sum.confirmed + one.confirmed,
        unconfirmed: sum.unconfirmed + one.unconfirmed,
      }),
      zero,
    )
}
