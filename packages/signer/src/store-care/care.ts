import { userInfo } from 'node:os'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { type Author, type Backend, type Realm, SealFile, type Upkeep } from '@boltwarden/store'
import { openPostgres, openPostgresUpkeep } from '@boltwarden/store/postgres'
import { openSqlite, openSqliteUpkeep } from '@boltwarden/store/sqlite'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { SignerFault } from '../fault.ts'
import { ownFault } from '../pipeline/ending.ts'
import { postgresAddress } from '../store-backend.ts'

/** How a store is opened for its operator. */
export type CareOptions = {
  /** Whether no signer may have it open meanwhile. */
  readonly alone?: boolean
  /** Whether it is opened although it is halted. */
  readonly evenHalted?: boolean
}

/** A store in the hands of its operator. */
export type Care = {
  readonly backend: Backend
  readonly upkeep: Upkeep
  readonly realm: Realm
}

/**
 * Opens the configured store for `body`, and closes it.
 *
 * @throws {SignerFault} `STORE_UNAVAILABLE`, `STORE_REFUSED`, `STORE_IN_USE`, `STORE_NOT_ACCEPTED`, or
 *   as `body` does.
 */
export async function withStore<T>(
  config: Config,
  options: CareOptions,
  body: (care: Care) => Promise<T>,
): Promise<T> {
  const opened: AsyncDisposable[] = []
  try {
    const { upkeep, open } = placeOf(config, options)
    opened.unshift(upkeep)
    const realm = (await upkeep.realm()) ?? realmOf(config)
    const backend = await open(realm)
    opened.unshift(backend)
    return await body({ backend, upkeep, realm })
  } catch (error) {
    throw ownFault(error)
  } finally {
    for (const part of opened) await part[Symbol.asyncDispose]()
  }
}

type Place = {
  readonly upkeep: Upkeep
  readonly open: (realm: Realm) => Backend | Promise<Backend>
}

/** A database has no lock that would tell whether a signer uses it. */
function placeOf({ store, insecure_secret_file_modes }: Config, options: CareOptions): Place {
  const path = store.file
  if (store.backend === 'sqlite') {
    const upkeep = openSqliteUpkeep({ path })
    return { upkeep, open: (realm) => openSqlite({ path, realm, ...options }) }
  }
  const rules = { allowExposed: insecure_secret_file_modes, warn: () => {} }
  const role = { user: store.user, passwordFile: store.password_file }
  const address = postgresAddress(store, role, rules)
  const { evenHalted = false } = options
  return {
    upkeep: openPostgresUpkeep({ address }),
    open: (realm) => openPostgres({ address, realm, evenHalted }),
  }
}

/**
 * The file of the store.
 *
 * @param instead - what to do where it is a database.
 * @throws {SignerFault} `USAGE` where it is a database.
 */
export function storeFileOf({ store }: Config, instead: string): string {
  if (store.backend === 'sqlite') return store.file
  const expected = `store.backend = "sqlite" in the configuration; for PostgreSQL ${instead}`
  throw new SignerFault({ code: 'USAGE', expected })
}

/** Of a store that nobody used yet. */
function realmOf({ network, keys: { fingerprint = '00000000' } }: Config): Realm {
  return { fingerprint, network }
}

/** Whoever runs a command on this machine, by the name that the system has for him. */
export function localAuthor(clock: Clock): Author {
  return { who: `local ${nameOf()}`, atMs: clock.nowMs() }
}

function nameOf(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run as a user that has no name.
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** The file that says, apart from the store, how far the store had come. */
export function sealFileOf(
  config: Config,
  store: Pick<Backend, 'generation' | 'accept' | 'audit'>,
  keychain: Keychain,
): SealFile {
  return new SealFile({
    path: config.store.seal_file,
    store,
    secp256k1: keychain.secp256k1,
    publicKey: keychain.publicKey({ purpose: 'audit' }),
    sign: (digest) => keychain.signAudit(digest),
  })
}
