import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Generation } from '../backend.ts'
import { StoreFault } from '../fault.ts'
import { Chain } from './chain.ts'
import { applicationId, Connection, defaultBusyTimeoutMs } from './connection.ts'
import { writeHalt } from './halt.ts'
import { migrate, readMigrations } from './migrations.ts'
import { Presence } from './presence.ts'

/** A copy that was made, or put into place. */
export type Copied = { readonly bytes: number; readonly generation: Generation }

/**
 * Copies a store to a new file while it is in use: one consistent state, whole or not at all, on the
 * disk. The copy is halted: whoever puts it into place has to accept it before anything is decided.
 *
 * @param detail - what the copy says of itself.
 * @throws {StoreFault} `STORE_UNAVAILABLE` where the file cannot be read or written (`EEXIST` where
 *   something stands there: nothing is ever overwritten), `STORE_FOREIGN_FILE`, `STORE_CORRUPT`.
 */
export function backUpSqlite(path: string, out: string, detail: string): Copied {
  const draft = `${out}.${process.pid}.draft`
  refuseMissing(path)
  refuseExisting(out)
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    const source = Connection.open(path, defaultBusyTimeoutMs, 'scratch')
    try {
      source.run('VACUUM INTO ?', draft)
    } finally {
      source.close()
    }
    const generation = halt(draft, detail)
    putInPlace(draft, out)
    return { bytes: statSync(out).size, generation }
  } catch (error) {
    throw faultOf(error)
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal'])
      rmSync(`${draft}${suffix}`, { force: true })
  }
}

/**
 * Puts a backup into the place of a store, halted.
 *
 * @param aside - where the store that stands there is put; without it that is refused.
 * @throws {StoreFault} `STORE_IN_USE` while a signer has the store open, `STORE_UNAVAILABLE` with
 *   `EEXIST` where one stands there, or as {@link backUpSqlite}.
 */
export function restoreSqlite(from: string, path: string, detail: string, aside?: string): Copied {
  refuseMissing(from)
  const presence = Presence.alone(path)
  try {
    if (existsSync(path)) {
      if (aside === undefined) refuseExisting(path)
      else putAside(path, aside)
    }
    return backUpSqlite(from, path, detail)
  } finally {
    presence.end()
  }
}

/** Marks the copy, and makes sure that it reads. */
function halt(draft: string, detail: string): Generation {
  const copy = Connection.open(draft, defaultBusyTimeoutMs)
  try {
    copy.exclusively(() => {
      copy.exec(`PRAGMA application_id = ${applicationId}`)
      migrate(copy, readMigrations())
      writeHalt(copy, { cause: 'restored', detail })
    })
    const damage = copy.all('PRAGMA integrity_check').map((row) => String(row['integrity_check']))
    if (damage.length !== 1 || damage[0] !== 'ok') {
      throw new StoreFault({ code: 'STORE_CORRUPT', where: 'file', reason: 'integrity_check' })
    }
    // So that the file is whole by itself.
    copy.all('PRAGMA journal_mode = delete')
    return Chain.read(copy)
  } finally {
    copy.close()
  }
}

function putInPlace(draft: string, out: string): void {
  const file = openSync(draft, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  // Never replaces what another process makes at the same moment.
  linkSync(draft, out)
  syncFolder(dirname(out))
}

/** The files of a store stay together: what is in the write-ahead log belongs to it. */
function putAside(path: string, aside: string): void {
  refuseExisting(aside)
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`)
  }
  syncFolder(dirname(path))
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function refuseMissing(path: string): void {
  if (!existsSync(path)) throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: 'ENOENT' })
}

function refuseExisting(path: string): void {
  if (existsSync(path)) throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: 'EEXIST' })
}

function faultOf(error: unknown): unknown {
  if (error instanceof StoreFault || !(error instanceof Error) || !('code' in error)) return error
  return new StoreFault({ code: 'STORE_UNAVAILABLE', reason: String(error.code) }, { cause: error })
}
