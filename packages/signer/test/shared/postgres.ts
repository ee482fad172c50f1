import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PostgresServer } from '../../../store/test/postgres/server.ts'
import { initFolder } from './folder.ts'
import { boltwarden } from './process.ts'

/** Of the role that owns the tables, and of the one that serves. */
export const databasePasswords = {
  owner: 'canary-owner-51c0',
  signer: 'canary-signer-b7d2',
} as const

/** A server with the roles of an installation. */
export async function startPostgres(): Promise<PostgresServer> {
  const server = await PostgresServer.start()
  for (const [role, password] of Object.entries(databasePasswords)) {
    await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`)
  }
  return server
}

/** A database of its own on a server. */
export async function ownDatabase(server: PostgresServer): Promise<string> {
  const database = await server.createDatabase()
  await server.query(`ALTER DATABASE ${database} OWNER TO owner`)
  return database
}

/** A folder as `boltwarden init` makes it, with the files that a database needs beside it. */
export async function postgresFolder(server: PostgresServer, platformUrl: string) {
  const folder = await initFolder(platformUrl)
  const put = (name: string, content: string) => {
    writeFileSync(join(folder.folder, name), content, { mode: 0o600 })
    return join(folder.folder, name)
  }
  for (const [role, password] of Object.entries(databasePasswords)) put(role, password)
  const certificate = put('ca.pem', server.certificate)
  return {
    ...folder,
    put,
    certificate,
    /** From now on the configuration names this database. */
    use(database: string) {
      const store = {
        backend: '"postgres"',
        host: '"localhost"',
        port: server.port,
        database: `"${database}"`,
        user: '"signer"',
        password_file: '"../signer"',
        tls: '"verify-full"',
        tls_ca_file: `"${certificate}"`,
      }
      const lines = Object.entries(store).map(([key, value]) => `${key} = ${value}`)
      const table = ['[store]', ...lines, '# end of the database\n'].join('\n')
      const before = /\[store\]\n(?:[^#]*# end of the database\n)?/
      folder.edit((text) => text.replace(before, table))
    },
    migrate() {
      const owner = ['--user', 'owner', '--password-file', join(folder.folder, 'owner')]
      return boltwarden(['store', 'migrate', '--config', folder.config, ...owner, '--json']).ended
    },
  }
}
