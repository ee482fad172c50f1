import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Secret } from '@boltwarden/core/secret'
import { SignerFault } from '../fault.ts'
import { readSecret, type SecretFileRules, type SecretSource } from '../secret-source.ts'

/** The name under which systemd's LoadCredential= hands over the passphrase. */
export const credentialName = 'boltwarden-passphrase'

/** Where a passphrase may come from, the first that is given winning. */
export type PassphraseOptions = {
  /** From the command line: a file or a file descriptor. */
  readonly source?: SecretSource
  /** From the configuration. */
  readonly file?: string
  /** systemd's `$CREDENTIALS_DIRECTORY`. */
  readonly credentialsDirectory?: string
}

/** How to ask for a passphrase; `undefined` where there is no terminal. */
export type Ask = (() => Promise<Secret>) | undefined

/**
 * Finds the passphrase: command line, configuration, systemd credential, then the terminal.
 *
 * @throws {SignerFault} `PASSPHRASE_MISSING`, or as {@link readSecret}.
 */
export async function findPassphrase(
  options: PassphraseOptions,
  deps: { readonly rules: SecretFileRules; readonly ask: Ask },
): Promise<Secret> {
  const source = passphraseSource(options)
  if (source !== undefined) return readSecret(source, deps.rules)
  if (deps.ask !== undefined) return deps.ask()
  throw new SignerFault({ code: 'PASSPHRASE_MISSING' })
}

/** Where the passphrase would be read from, without a terminal. */
export function passphraseSource(options: PassphraseOptions): SecretSource | undefined {
  if (options.source !== undefined) return options.source
  if (options.file !== undefined) return { kind: 'file', path: options.file }
  if (options.credentialsDirectory === undefined) return undefined
  const path = join(options.credentialsDirectory, credentialName)
  return existsSync(path) ? { kind: 'file', path } : undefined
}
