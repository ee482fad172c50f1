import type { Backend } from '@boltwarden/store'
import {
  migratePostgres,
  openPostgres,
  type PostgresAddress,
  type PostgresOptions,
  type Realm,
} from '@boltwarden/store/postgres'
import type { Harness } from '@boltwarden/store/testing'
import { PostgresServer } from './server.ts'

export const realm: Realm = { fingerprint: '0011aabb', network: 'REGTEST' }

const passwords = { boltwarden_owner: 'of the owner', boltwarden_signer: 'of the signer' } as const

/** The roles of an installation: one that makes tables, and one that serves. */
export type Role = keyof typeof passwords

const empty = `DELETE FROM channels; DELETE FROM incoming_htlcs; DELETE FROM invoices;
  DELETE FROM intents; DELETE FROM spends; DELETE FROM events; DELETE FROM audit; DELETE FROM outbox;
  UPDATE node SET state = NULL;
  UPDATE chain SET lineage = replace(gen_random_uuid()::text, '-', ''), generation = 0, sequence = 0,
    hash = repeat('0', 64), anchor = NULL, forgotten_before = 0;`

/** One database on a server of its own, set up as docs/operations.md says. */
export class PostgresDatabase {
  readonly server: PostgresServer
  readonly #name: string

  private constructor(server: PostgresServer, name: string) {
    this.server = server
    this.#name = name
  }

  /** @param settings - of the server. */
  static async start(settings: readonly string[] = []): Promise<PostgresDatabase> {
    const server = await PostgresServer.start(settings)
    for (const [role, password] of Object.entries(passwords)) {
      await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
    }
    const database = new PostgresDatabase(server, await server.createDatabase())
    await server.query(`ALTER DATABASE ${database.#name} OWNER TO boltwarden_owner`)
    await database.migrate()
    return database
  }

  /** Where a database is that another process has started. */
  static addressOf(name: string, port: number, role: Role = 'boltwarden_signer'): PostgresAddress {
    const password = passwords[role]
    return { host: '127.0.0.1', port, database: name, user: role, password: () => password }
  }

  get name(): string {
    return this.#name
  }

  address(role: Role = 'boltwarden_signer', port = this.server.port): PostgresAddress {
    return PostgresDatabase.addressOf(this.#name, port, role)
  }

  async migrate(of: Realm = realm): Promise<void> {
    const servingRole = 'boltwarden_signer'
    await migratePostgres({ address: this.address('boltwarden_owner'), realm: of, servingRole })
  }

  open(options: Partial<PostgresOptions> = {}): Promise<Backend> {
    return openPostgres({ address: this.address(), realm, ...options })
  }

  /** Runs statements as the superuser. */
  query(text: string): Promise<readonly Record<string, unknown>[]> {
    return this.server.query(text, this.#name)
  }

  /** Empties every table. */
  async clear(): Promise<void> {
    await this.query(empty)
  }

  /** For the contract: each test finds the database empty. */
  harness(): Harness {
    return {
      create: async () => {
        await this.clear()
        return { open: () => this.open(), destroy: async () => undefined }
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}
