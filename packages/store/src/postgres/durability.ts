import { StoreFault } from '../fault.ts'
import { text } from '../rows.ts'
import type { SynchronousCommit } from './address.ts'
import type { Session } from './session.ts'

/** PostgreSQL 13: the oldest that anything here was written for. */
const oldestVersion = 130_000

const settings = `SELECT current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit,
  current_setting('transaction_read_only') AS transaction_read_only,
  pg_is_in_recovery()::text AS recovery,
  current_setting('server_version_num') AS server_version_num`

/**
 * Refuses a server that would lose what it confirmed: one that does not sync, that could tear pages,
 * or that is a standby.
 *
 * @throws {StoreFault} `STORE_NOT_DURABLE` if a setting does not read back.
 */
export async function checkDurable(
  session: Session,
  synchronousCommit: SynchronousCommit,
): Promise<void> {
  const [row = {}] = await session.rows({ text: settings })
  const expected: Readonly<Record<string, string>> = {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: synchronousCommit,
    transaction_read_only: 'off',
    recovery: 'false',
  }
  for (const [setting, value] of Object.entries(expected)) {
    refuse(setting, value, text(row, setting))
  }
  const version = Number(text(row, 'server_version_num'))
  if (version < oldestVersion) refuse('server_version_num', `${oldestVersion}`, `${version}`)
}

function refuse(setting: string, expected: string, found: string): void {
  if (found === expected) return
  throw new StoreFault({ code: 'STORE_NOT_DURABLE', setting, expected, found })
}
