import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Store } from '@boltwarden/store'
import type { Config } from '../config/schema.ts'
import { faultTable } from '../fault-table.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { openStore } from '../service.ts'
import { sealFileOf } from '../store-care/care.ts'
import { sealStandingOf } from '../store-care/standing.ts'
import { type Finding, failure, failureOf, fine, skipped } from './check.ts'

/** Whether the store opens for these keys, reads back as durable, and takes a write. */
export async function checkStore(
  config: Config,
  keychain: Keychain | undefined,
  rules: SecretFileRules,
): Promise<Finding> {
  const check = 'store'
  if (keychain === undefined) return skipped(check, 'the key store does not open')
  try {
    const store = await openStore(config, keychain, rules)
    try {
      await store.health()
      const seal = await sealStandingOf(sealFileOf(config, store, keychain))
      if ('detail' in seal) {
        return failure(check, seal.detail, faultTable.STORE_NOT_ACCEPTED.fix)
      }
      return fine(check, `${config.store.backend}, ${await describe(store)}`)
    } finally {
      await store[Symbol.asyncDispose]()
    }
  } catch (error) {
    return failureOf(check, error)
  }
}

async function describe(store: Store): Promise<string> {
  const { channels, invoices, events } = await store.counts()
  const { generation, head } = await store.generation()
  const { waiting, setAside } = await store.outbox.summary()
  return [
    `durable; ${channels} channels, ${invoices} invoices, ${events} events`,
    `generation ${generation}, row ${head.sequence} of the audit log`,
    `${waiting} answers waiting, ${setAside} set aside`,
  ].join('; ')
}
