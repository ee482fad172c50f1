import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { moveStore, type Realm, type Upkeep } from '@boltwarden/store'
import {
  migratePostgres,
  openPostgresUpkeep,
  type PostgresAddress,
} from '@boltwarden/store/postgres'
import { openSqlite, openSqliteUpkeep } from '@boltwarden/store/sqlite'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import { SignerFault, systemReason } from '../fault.ts'
import { readSecret, type SecretFileRules, secretText } from '../secret-source.ts'
import { localAuthor, storeFileOf, withStore } from '../store-care/care.ts'
import { makeFolder } from '../write-file.ts'
import { confirm } from './confirm.ts'
import { configRules } from './open-keychain.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden store move`. */
export type StoreMoveFlags = {
  readonly config: string
  readonly to: string
  readonly passwordFile?: string
  readonly servingRole?: string
  readonly caFile?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/**
 * `boltwarden store move`: no signer may run.
 *
 * @throws {SignerFault} `USAGE`, `TARGET_EXISTS`, `STORE_IN_USE`, `STORE_REFUSED`, `CANCELLED`.
 */
export async function runStoreMove(flags: StoreMoveFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const source = storeFileOf(config, 'use pg_dump and pg_restore')
  const isPostgres = /^postgres(?:ql)?:/.test(flags.to)
  const address = isPostgres ? addressOf(flags, configRules(config, terminal)) : undefined
  const destination =
    address === undefined ? flags.to : `${address.host}:${address.port}/${address.database}`
  await withStore(config, { alone: true }, async ({ upkeep, realm }) => {
    await confirm(terminal, flags, [
      `Everything in ${source} goes to ${destination}.`,
      'From now on nothing is signed with the store that is here.',
    ])
    const target =
      address === undefined
        ? await newFile(flags.to, realm)
        : await database(address, realm, flags.servingRole)
    try {
      const sums = await moveStore(upkeep, target, destination, localAuthor(systemClock))
      const rows = Object.values(sums).reduce((sum, table) => sum + table.rows, 0)
      const text = `${rows} rows moved to ${destination}, read back and compared\n`
      print(terminal, flags.json, { moved: true, to: destination, tables: sums }, text)
    } finally {
      await target[Symbol.asyncDispose]()
    }
  })
}

async function newFile(path: string, realm: Realm): Promise<Upkeep> {
  if (existsSync(path)) throw new SignerFault({ code: 'TARGET_EXISTS', file: path })
  makeFolder(dirname(path))
  await openSqlite({ path, realm })[Symbol.asyncDispose]()
  return openSqliteUpkeep({ path })
}

async function database(
  address: PostgresAddress,
  realm: Realm,
  servingRole: string | undefined,
): Promise<Upkeep> {
  await migratePostgres({ address, realm, ...(servingRole !== undefined && { servingRole }) })
  return openPostgresUpkeep({ address })
}

/** A password in an argument could be read by every user of this machine. */
function addressOf(flags: StoreMoveFlags, rules: SecretFileRules): PostgresAddress {
  const usage = (expected: string) => new SignerFault({ code: 'USAGE', expected })
  const form = '--to as postgres://user@host:port/database'
  if (!URL.canParse(flags.to)) throw usage(form)
  const { hostname, port, username, password, pathname, search } = new URL(flags.to)
  if (password !== '') throw usage('no password in --to: --password-file holds it')
  if (hostname === '' || username === '' || pathname.length < 2 || search !== '') throw usage(form)
  const { passwordFile, caFile } = flags
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 5432 : Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    ...(passwordFile !== undefined && { password: () => passwordOf(passwordFile, rules) }),
    ...(caFile !== undefined && { tls: { mode: 'verify-full', ca: certificates(caFile) } }),
  }
}

function passwordOf(file: string, rules: SecretFileRules): string {
  const secret = readSecret({ kind: 'file', path: file }, rules)
  try {
    return secretText(secret, file)
  } finally {
    secret.dispose()
  }
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'CONFIG_UNREADABLE', file, reason }, { cause })
  }
}
