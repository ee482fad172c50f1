import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite, type Realm } from '@boltwarden/store/sqlite'
import type { Harness, TestDatabase } from '@boltwarden/store/testing'

export const realm: Realm = { fingerprint: '0011aabb', network: 'REGTEST' }

/** An empty SQLite file in a folder of its own. */
export function sqliteFile(): TestDatabase & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-store-'))
  const path = join(folder, 'state.db')
  return {
    path,
    open: async () => openSqlite({ path, realm }),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
}

export const sqliteHarness: Harness = { create: async () => sqliteFile() }
