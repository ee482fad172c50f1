import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import type { Backend } from '@boltwarden/store'
import { migratePostgres, openPostgres } from '@boltwarden/store/postgres'
import { openSqlite } from '@boltwarden/store/sqlite'
import { PostgresServer } from '../../../store/test/postgres/server.ts'
import type { Scenario } from '../shared/corpus.ts'

/** Where a tortured signer remembers. */
export type TortureDatabase = {
  /** The configuration's table `[store]`. */
  readonly config: string
  /** Opens it beside the signer, to look at it. */
  open(): Promise<Backend>
  /** Makes trouble for it, and waits until it is over. */
  disturb?(): Promise<void>
  remove(): Promise<void>
}

/** The realm of a scenario's seed. */
export function realmOf({ seedHex, network }: Pick<Scenario, 'seedHex' | 'network'>) {
  const keys = Keychain.fromSeed(hexToBytes(seedHex), { secp256k1: portable })
  const { fingerprint } = keys
  keys.dispose()
  return { fingerprint, network }
}

/** A new file in the folder. */
export async function sqliteDatabase(scenario: Scenario, folder: string): Promise<TortureDatabase> {
  mkdirSync(join(folder, 'data'))
  const path = join(folder, 'data', 'state.sqlite')
  const realm = realmOf(scenario)
  return {
    config: `[store]\nfile = "${path}"`,
    open: async () => openSqlite({ path, realm }),
    remove: async () => undefined,
  }
}

const passwords = { owner: 'of the owner', signer: 'of the signer' } as const

/** A server with the roles of an installation. */
export async function startPostgres(): Promise<PostgresServer> {
  const server = await PostgresServer.start()
  for (const [role, password] of Object.entries(passwords)) {
    await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
  }
  return server
}

/** A new database on a server, which is killed and started again where it is disturbed. */
export async function postgresDatabase(
  server: PostgresServer,
  scenario: Pick<Scenario, 'seedHex' | 'network'>,
  folder: string,
): Promise<TortureDatabase> {
  const name = await server.createDatabase()
  await server.query(`ALTER DATABASE ${name} OWNER TO owner`)
  const realm = realmOf(scenario)
  const addressOf = (user: keyof typeof passwords) => ({
    host: '127.0.0.1',
    port: server.port,
    database: name,
    user,
    password: () => passwords[user],
  })
  await migratePostgres({ address: addressOf('owner'), realm, servingRole: 'signer' })
  const passwordFile = join(folder, 'database-password')
  writeFileSync(passwordFile, passwords.signer, { mode: 0o600 })
  return {
    config: `[store]
backend = "postgres"
port = ${server.port}
database = "${name}"
user = "signer"
password_file = "${passwordFile}"`,
    open: () => openPostgres({ address: addressOf('signer'), realm }),
    disturb: async () => {
      await server.kill()
      await server.startAgain()
    },
    remove: async () => undefined,
  }
}
