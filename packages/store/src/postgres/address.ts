import type { ConnectionOptions } from 'node:tls'
import { integer } from '@boltwarden/core/assert'
import type { PoolConfig } from 'pg'

/** How the connection is protected. */
export type PostgresTls =
  /** The certificate must be valid and for this host. */
  | {
      readonly mode: 'verify-full'
      /** The PEM of the certificates to trust; those that Node trusts without it. */
      readonly ca?: string
    }
  /** In the open: for a server on this machine only. */
  | { readonly mode: 'off' }

/** Where a database is and who asks. */
export type PostgresAddress = {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** Asked at each new connection, so that a rotated password is taken; without it none is sent. */
  readonly password?: () => string
  /** By default `off` for this machine and `verify-full` for every other. */
  readonly tls?: PostgresTls
}

/** How long things may take, in milliseconds. */
export type PostgresWaits = {
  /** For a connection; 2,000 by default. */
  readonly connectMs?: number
  /** For a lock that another instance holds; 2,000 by default. */
  readonly lockMs?: number
  /** For one statement; 4,000 by default. */
  readonly statementMs?: number
  /** For learning how a commit ended whose connection was lost; 4,000 by default. */
  readonly outcomeMs?: number
}

/** What a commit waits for, beside this server's own disk. */
export type SynchronousCommit = 'on' | 'remote_apply'

/** What every connection of a store has in common. */
export type PostgresOptions = {
  readonly address: PostgresAddress
  readonly waits?: PostgresWaits
  /** `on` by default. */
  readonly synchronousCommit?: SynchronousCommit
  /** The most connections; 4 by default. */
  readonly connections?: number
}

/** The schema that holds every table; a role's rights are given on it. */
export const schemaName = 'boltwarden'

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\/.*)$/

/** Whether a host is this machine: what is sent to it passes no network. */
export function isThisMachine(host: string): boolean {
  return loopback.test(host)
}

/** The waits that hold, every one of them. */
export function waitsOf({ waits = {} }: PostgresOptions): Required<PostgresWaits> {
  const { connectMs = 2000, lockMs = 2000, statementMs = 4000, outcomeMs = 4000 } = waits
  const bounded = (label: string, value: number) => integer(label, value, 1, 600_000)
  return {
    connectMs: bounded('connectMs', connectMs),
    lockMs: bounded('lockMs', lockMs),
    statementMs: bounded('statementMs', statementMs),
    outcomeMs: bounded('outcomeMs', outcomeMs),
  }
}

/**
 * What `pg` is told. Everything is said, so that no `PG…` variable of the environment decides.
 *
 * @throws {RangeError} if another machine is to be spoken to in the open.
 */
export function poolConfig(options: PostgresOptions): PoolConfig {
  const { address, synchronousCommit = 'on', connections = 4 } = options
  const { host, port, database, user, password } = address
  const { connectMs, lockMs, statementMs } = waitsOf(options)
  return {
    host,
    port,
    database,
    user,
    // A function, so that no object that could be printed holds the text.
    password: password ?? (() => ''),
    ssl: tlsOptions(address),
    application_name: 'boltwarden',
    keepAlive: true,
    pipeline: true,
    max: connections,
    connectionTimeoutMillis: connectMs,
    // A lock must not be kept by a process that hangs, nor by one whose network is gone.
    idle_in_transaction_session_timeout: statementMs,
    lock_timeout: lockMs,
    statement_timeout: statementMs,
    // The server's limits do not reach over a dead network.
    query_timeout: statementMs + 1000,
    options: startup({
      search_path: schemaName,
      synchronous_commit: synchronousCommit,
      // Everything is found by an index; a plan that was made for an empty table would not know.
      enable_seqscan: 'off',
    }),
  }
}

function startup(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

function tlsOptions({ host, tls }: PostgresAddress): false | ConnectionOptions {
  const isHere = isThisMachine(host)
  const { mode } = tls ?? { mode: isHere ? 'off' : 'verify-full' }
  if (mode === 'off') {
    if (isHere) return false
    throw new RangeError('"tls" expected verify-full for another machine')
  }
  const ca = tls?.mode === 'verify-full' ? tls.ca : undefined
  return { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) }
}
