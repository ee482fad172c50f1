import { type Environment, formatTimestamp } from '../environment.ts'
import { createIds, type Ids } from '../ids.ts'
import { type Backends, createBackends } from '../lightning/backends.ts'
import type {
  Account,
  Base,
  Channel,
  Entity,
  EntityType,
  Invoice,
  Signable,
  SignablePayload,
  SignerNode,
} from './entities.ts'
import { type EntityStore, noStore } from './entity-folder.ts'
import { createMutationLog, type MutationLog } from './mutation-log.ts'
import { PlatformError } from './platform-error.ts'

/** The entities of one account and what was done to them: the platform's memory. */
export type Platform = {
  readonly environment: Environment
  readonly ids: Ids
  readonly mutations: MutationLog
  readonly account: Account
  readonly entities: () => readonly Entity[]
  readonly find: (id: string) => Entity | undefined
  /** @throws {PlatformError} ENTITY_NOT_FOUND if there is no such entity of that type. */
  readonly get: <T extends EntityType>(type: T, id: string) => Extract<Entity, { type: T }>
  /** The Lightning nodes behind the account's nodes, where there are any. */
  readonly backends: Backends
  /** What a new entity begins with: an id of this prefix and its times. */
  readonly identify: (prefix: string) => Base
  /** Writes a changed entity and its time of change. */
  readonly put: <T extends Entity>(entity: T) => T
  readonly createNode: (fields: Fields<SignerNode, 'publicKey' | 'network'>) => SignerNode
  readonly createChannel: (fields: Fields<Channel, 'node' | 'capacitySats'>) => Channel
  readonly createInvoice: (
    fields: Fields<Invoice, 'node' | 'network' | 'amountSats' | 'memo' | 'signingHash'>,
  ) => Invoice
  readonly createSignable: () => Signable
  readonly createPayload: (
    fields: Fields<
      SignablePayload,
      'signable' | 'payload' | 'derivationPath' | 'addTweak' | 'mulTweak' | 'signingKey'
    >,
  ) => SignablePayload
}

type Fields<T, K extends keyof T> = Pick<T, K>

/** How many signing jobs are remembered at least; twice as many at most. */
const keptJobs = 1024

const invoiceLifeMicros = 24 * 3600 * 1_000_000

/**
 * An account without nodes, or what a store remembers of one.
 *
 * @example
 * ```ts
 * import { createPlatform, machine } from '@boltwarden/sandbox'
 * const platform = createPlatform(machine)
 * const node = platform.createNode({ network: 'REGTEST', publicKey: undefined })
 * platform.find(node.id) // the node
 * ```
 */
export function createPlatform(environment: Environment, store: EntityStore = noStore): Platform {
  const ids = createIds(environment)
  const entities = new Map(store.entities.map((entity) => [entity.id, entity]))
  const now = () => formatTimestamp(environment.nowMicros())
  const base = (prefix: string): Base => {
    const at = now()
    return { id: ids.entity(prefix), createdAt: at, updatedAt: at }
  }
  const add = <T extends Entity>(entity: T): T => {
    entities.set(entity.id, entity)
    store.remember(entity)
    return entity
  }
  const jobs = store.entities.filter(isJob).map(({ id }) => id)
  for (const id of jobs.splice(0, Math.max(jobs.length - keptJobs, 0))) entities.delete(id)
  const addJob = <T extends Signable | SignablePayload>(entity: T): T => {
    jobs.push(entity.id)
    if (jobs.length >= 2 * keptJobs) for (const id of jobs.splice(0, keptJobs)) entities.delete(id)
    return add(entity)
  }
  const kept = store.entities.find((entity) => entity.type === 'Account')
  const account = kept ?? add<Account>({ ...base('Account'), type: 'Account', name: 'Sandbox' })
  const isOf = <T extends EntityType>(
    type: T,
    entity: Entity | undefined,
  ): entity is Extract<Entity, { type: T }> => entity?.type === type

  return {
    environment,
    ids,
    backends: createBackends(),
    identify: base,
    mutations: createMutationLog(),
    account,
    entities: () => [...entities.values()],
    find: (id) => entities.get(id),
    get: (type, id) => {
      const entity = entities.get(id)
      if (isOf(type, entity)) return entity
      throw new PlatformError('ENTITY_NOT_FOUND', `no ${type} has this id`)
    },
    put: (entity) => add({ ...entity, updatedAt: now() }),
    createNode: (fields) =>
      add<SignerNode>({
        ...base('node_with_server_signing'),
        type: 'LightsparkNodeWithRemoteSigning',
        account: account.id,
        displayName: 'sandbox node',
        sharedSecret: undefined,
        ...fields,
      }),
    createChannel: (fields) =>
      add<Channel>({
        ...base('Channel'),
        type: 'Channel',
        status: 'PENDING',
        points: new Map(),
        secrets: new Map(),
        ...fields,
      }),
    createInvoice: (fields) =>
      add<Invoice>({
        ...base('Invoice'),
        type: 'Invoice',
        expiresAt: formatTimestamp(environment.nowMicros() + invoiceLifeMicros),
        amountMsat: undefined,
        encodedPaymentRequest: undefined,
        amountPaidMsat: undefined,
        isCancelled: false,
        paymentHash: undefined,
        preimageNonce: undefined,
        preimage: undefined,
        signature: undefined,
        ...fields,
      }),
    createSignable: () => addJob<Signable>({ ...base('Signable'), type: 'Signable' }),
    createPayload: (fields) =>
      addJob<SignablePayload>({
        ...base('SignablePayload'),
        type: 'SignablePayload',
        status: 'CREATED',
        signature: undefined,
        ...fields,
      }),
  }
}

function isJob({ type }: Entity): boolean {
  return type === 'Signable' || type === 'SignablePayload'
}
