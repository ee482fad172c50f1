import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Secret } from '@boltwarden/core/secret'
import type { Config } from '../config/schema.ts'
import { keyStoreWorkFactor, scryptWorkFactor } from '../keystore/age-file.ts'
import { openCurve } from '../keystore/curve.ts'
import { unlock } from '../keystore/unlock.ts'
import { readSecret, type SecretFileRules, secretText } from '../secret-source.ts'
import { WebhookSecrets } from '../webhook-secrets.ts'
import { type Finding, failureOf, fine, skipped, warning } from './check.ts'

/** The length of a webhook secret below which it is told to be short. */
const goodSecretLength = 32

/** Which implementation of the curve runs, after its self-test. */
export async function checkCurve(
  config: Config,
): Promise<{ readonly finding: Finding; readonly secp256k1?: Secp256k1 }> {
  const check = 'curve'
  try {
    const secp256k1 = await openCurve(config.crypto.backend)
    const { backend } = secp256k1
    const finding =
      backend === 'libsecp256k1' || config.crypto.backend === 'portable'
        ? fine(check, `${backend}, self-test passed`)
        : warning(
            check,
            `${backend}: the native library is missing; signing is 10 times slower and not constant-time`,
            'Reinstall with optional dependencies and a C compiler, or set crypto.backend to "portable".',
          )
    return { finding, secp256k1 }
  } catch (error) {
    return { finding: failureOf(check, error) }
  }
}

/** Whether the key store opens, and holds the configured seed. */
export async function checkKeyStore(
  config: Config,
  secp256k1: Secp256k1 | undefined,
  passphrase: () => Promise<Secret>,
): Promise<{ readonly findings: readonly Finding[]; readonly keychain?: Keychain }> {
  const check = 'key store'
  if (secp256k1 === undefined) return { findings: [skipped(check, 'there is no curve')] }
  const { key_store_file: file, fingerprint, max_cached_keys: maxCachedKeys } = config.keys
  try {
    const strength = checkWorkFactor(file)
    const options = { secp256k1, maxCachedKeys, fingerprint }
    const keychain = await unlock(file, await passphrase(), options)
    const opened = fine(check, `opens; fingerprint ${keychain.fingerprint}`)
    return { findings: [opened, strength], keychain }
  } catch (error) {
    return { findings: [failureOf(check, error)] }
  }
}

function checkWorkFactor(file: string): Finding {
  const factor = keyStoreWorkFactor(file)
  const detail = `scrypt N = 2^${factor ?? '?'}`
  if (factor !== undefined && factor >= scryptWorkFactor) return fine('key store strength', detail)
  const fix = 'Made with --insecure-fast-kdf? Make a new one from the seed phrase, without it.'
  return warning('key store strength', detail, fix)
}

/** Whether each webhook secret can be used, and is long enough. */
export function checkWebhookSecrets(config: Config, rules: SecretFileRules): readonly Finding[] {
  return config.webhook.secret_files.map((path) => {
    const check = `webhook secret ${path}`
    try {
      WebhookSecrets.load([path], rules)
      const secret = readSecret({ kind: 'file', path }, rules)
      const { length } = secretText(secret, path)
      secret.dispose()
      if (length >= goodSecretLength) return fine(check, `${length} characters`)
      return warning(check, `${length} characters`, 'Use the secret that the platform made.')
    } catch (error) {
      return failureOf(check, error)
    }
  })
}
