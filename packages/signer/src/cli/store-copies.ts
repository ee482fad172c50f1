import { dirname } from 'node:path'
import { backUpSqlite, type Copied, restoreSqlite } from '@boltwarden/store/sqlite'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import { ownFault } from '../pipeline/ending.ts'
import { storeFileOf } from '../store-care/care.ts'
import { makeFolder } from '../write-file.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = { readonly config: string; readonly json?: boolean }

/** The flags of `boltwarden store backup`. */
export type StoreBackupFlags = Flags & { readonly out: string }

/** The flags of `boltwarden store restore`. */
export type StoreRestoreFlags = Flags & { readonly from: string; readonly aside?: string }

const ofTheServer =
  'see "Backups" in docs/operations.md: pg_dump or point-in-time recovery, and then store accept'

/** `boltwarden store backup`: safe while a signer runs. */
export async function runStoreBackup(flags: StoreBackupFlags, terminal: Terminal): Promise<void> {
  const file = storeFileOf(loadConfig(flags.config), ofTheServer)
  const copied = copying(() => backUpSqlite(file, flags.out, `a backup of ${today()}`))
  const { bytes, generation } = copied
  const told = { file: flags.out, bytes, generation: generation.generation }
  print(terminal, flags.json, told, `${flags.out}: generation ${told.generation}, ${bytes} bytes\n`)
}

/** `boltwarden store restore`: no signer may run. */
export async function runStoreRestore(flags: StoreRestoreFlags, terminal: Terminal): Promise<void> {
  const file = storeFileOf(loadConfig(flags.config), ofTheServer)
  makeFolder(dirname(file))
  const detail = `restored on ${today()}`
  const { generation } = copying(() => restoreSqlite(flags.from, file, detail, flags.aside))
  const told = { file, generation: generation.generation, accepted: false }
  const next = 'Nothing is signed with it until boltwarden store accept --reason "…".\n'
  print(terminal, flags.json, told, `${file}: generation ${told.generation}\n${next}`)
}

function copying(copy: () => Copied): Copied {
  try {
    return copy()
  } catch (error) {
    throw ownFault(error)
  }
}

function today(): string {
  return new Date(systemClock.nowMs()).toISOString()
}
