import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import type { Backend } from '@boltwarden/store'
import { openSqlite } from '@boltwarden/store/sqlite'
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
export function realmOf({ seedHex, network }: Scenario) {
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
