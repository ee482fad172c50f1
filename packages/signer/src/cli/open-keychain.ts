import type { Keychain } from '@boltwarden/core/keys/keychain'
import { Secret } from '@boltwarden/core/secret'
import type { Config } from '../config/schema.ts'
import { openCurve } from '../keystore/curve.ts'
import { type Ask, findPassphrase, type PassphraseOptions } from '../keystore/passphrase.ts'
import { unlock } from '../keystore/unlock.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { terminalDialogue } from './dialogue.ts'
import { sourceOf } from './init-flags.ts'
import type { Terminal } from './terminal.ts'

/** The flags that say where the passphrase is. */
export type UnlockFlags = { readonly passphraseFile?: string; readonly passphraseFd?: number }

/** The rules for secret files that a configuration sets; what is let through is told on stderr. */
export function configRules(config: Config, terminal: Terminal): SecretFileRules {
  return {
    allowExposed: config.insecure_secret_file_modes,
    warn: ({ source, mode }) => {
      terminal.err.write(`warning: ${source} has mode ${mode}; others than its owner may use it\n`)
    },
  }
}

/** Where a passphrase is, by the command line, the configuration and systemd. */
export function passphraseOptions(
  config: Config,
  flags: UnlockFlags,
  terminal: Terminal,
): PassphraseOptions {
  const source = sourceOf(flags.passphraseFile, flags.passphraseFd)
  const { CREDENTIALS_DIRECTORY } = terminal.env
  return {
    ...(source !== undefined && { source }),
    ...(config.keys.passphrase_file !== undefined && { file: config.keys.passphrase_file }),
    ...(CREDENTIALS_DIRECTORY !== undefined && { credentialsDirectory: CREDENTIALS_DIRECTORY }),
  }
}

/** Asks for the passphrase, where somebody can be asked. */
export function askerOf(terminal: Terminal): Ask {
  if (!terminal.interactive) return undefined
  return async () => {
    const dialogue = await terminalDialogue(terminal)
    return new Secret(
      new TextEncoder().encode(await dialogue.askHidden('The passphrase of the key store')),
    )
  }
}

/**
 * Opens the configured key store with the passphrase found, or asked for.
 *
 * @throws {SignerFault} as its parts do.
 */
export async function openKeychain(
  config: Config,
  flags: UnlockFlags,
  terminal: Terminal,
): Promise<Keychain> {
  const { key_store_file, max_cached_keys, fingerprint } = config.keys
  const secp256k1 = await openCurve(config.crypto.backend)
  const deps = { rules: configRules(config, terminal), ask: askerOf(terminal) }
  const passphrase = await findPassphrase(passphraseOptions(config, flags, terminal), deps)
  return unlock(key_store_file, passphrase, {
    secp256k1,
    maxCachedKeys: max_cached_keys,
    fingerprint,
  })
}
