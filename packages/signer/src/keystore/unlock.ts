import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Secret } from '@boltwarden/core/secret'
import { SignerFault } from '../fault.ts'
import { readKeyStore } from './age-file.ts'

/** What a keychain is opened with. */
export type UnlockOptions = {
  readonly secp256k1: Secp256k1
  readonly maxCachedKeys: number
  /** The fingerprint that the configuration names, if it names one. */
  readonly fingerprint?: string | undefined
}

/**
 * Opens a key store. The passphrase is wiped.
 *
 * @throws {SignerFault} as `readKeyStore`, or `KEY_MISMATCH`.
 */
export async function unlock(
  file: string,
  passphrase: Secret,
  options: UnlockOptions,
): Promise<Keychain> {
  try {
    const document = await readKeyStore(file, passphrase)
    return keychainOf(document.seed, { ...options, stored: document.fingerprint })
  } finally {
    passphrase.dispose()
  }
}

/**
 * The keychain of a seed, which is wiped.
 *
 * @throws {SignerFault} `KEY_MISMATCH` where it is not the seed that is expected.
 */
export function keychainOf(
  seed: Secret,
  options: UnlockOptions & { readonly stored?: string },
): Keychain {
  const { secp256k1, maxCachedKeys, fingerprint, stored } = options
  try {
    const keychain = Keychain.fromSeed(seed, { secp256k1, maxCachedKeys })
    for (const expected of [stored, fingerprint]) {
      if (expected !== undefined && expected !== keychain.fingerprint) {
        const actual = keychain.fingerprint
        keychain.dispose()
        throw new SignerFault({ code: 'KEY_MISMATCH', expected, actual })
      }
    }
    return keychain
  } finally {
    seed.dispose()
  }
}
