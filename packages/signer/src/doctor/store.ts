import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Config } from '../config/schema.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { openStore } from '../service.ts'
import { type Finding, failureOf, fine, skipped } from './check.ts'

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
      const { channels, invoices, events } = await store.counts()
      const { backend } = config.store
      return fine(
        check,
        `${backend}, durable; ${channels} channels, ${invoices} invoices, ${events} events`,
      )
    } finally {
      await store[Symbol.asyncDispose]()
    }
  } catch (error) {
    return failureOf(check, error)
  }
}
