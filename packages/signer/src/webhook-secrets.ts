import { isSignedWebhook } from '@boltwarden/sdk'
import { SignerFault } from './fault.ts'
import { minWebhookSecretLength } from './secret-length.ts'
import { readSecret, type SecretFileRules, secretText } from './secret-source.ts'

/**
 * The webhook secrets that are accepted now. Rotation: add the new one to the configuration,
 * reload, change it at the platform, then take the old one out.
 */
export class WebhookSecrets {
  readonly #rules: SecretFileRules
  #secrets: readonly string[]

  private constructor(files: readonly string[], rules: SecretFileRules) {
    this.#rules = rules
    this.#secrets = readAll(files, rules)
  }

  /** @throws {SignerFault} where one of them cannot be used. */
  static load(files: readonly string[], rules: SecretFileRules): WebhookSecrets {
    return new WebhookSecrets(files, rules)
  }

  /** How many are accepted. */
  get count(): number {
    return this.#secrets.length
  }

  /** Whether `body` was signed with one of them. */
  accepts(body: Uint8Array, signature: string | undefined): boolean {
    return isSignedWebhook(body, signature, this.#secrets)
  }

  /**
   * Accepts the secrets in these files from now on: all of them, or nothing changes.
   *
   * @throws {SignerFault} where one of them cannot be used; those before stay accepted.
   */
  reload(files: readonly string[]): void {
    this.#secrets = readAll(files, this.#rules)
  }
}

function readAll(files: readonly string[], rules: SecretFileRules): readonly string[] {
  return files.map((path) => {
    const secret = readSecret({ kind: 'file', path }, rules)
    try {
      const text = secretText(secret, path)
      if (text.length >= minWebhookSecretLength) return text
      const expected = `at least ${minWebhookSecretLength} characters`
      throw new SignerFault({ code: 'SECRET_INVALID', source: path, expected })
    } finally {
      secret.dispose()
    }
  })
}
