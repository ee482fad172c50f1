import { typeName } from '@boltwarden/core/assert'
import { Secret } from '@boltwarden/core/secret'

/** Adds what authenticates a request to its headers. */
export interface AuthProvider {
  addAuthHeaders(
    headers: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
}

/**
 * Authenticates with an API token of the account, by HTTP Basic. Printing it shows no secret.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7617
 * @example
 * ```ts
 * import { AccountTokenAuthProvider, LightsparkClient } from '@boltwarden/sdk'
 * const auth = new AccountTokenAuthProvider('client id', 'client secret')
 * new LightsparkClient(auth, 'http://127.0.0.1:8090')
 * ```
 */
export class AccountTokenAuthProvider implements AuthProvider {
  readonly #credentials: Secret

  /**
   * @param apiTokenClientId - the token's client id, without a colon.
   * @param apiTokenClientSecret - the token's client secret.
   * @throws {TypeError} if one is no string.
   * @throws {RangeError} if one is empty or the id has a colon.
   */
  constructor(apiTokenClientId: string, apiTokenClientSecret: string) {
    requireText('apiTokenClientId', apiTokenClientId)
    requireText('apiTokenClientSecret', apiTokenClientSecret)
    if (apiTokenClientId.includes(':')) {
      throw new RangeError('"apiTokenClientId" expected no colon')
    }
    this.#credentials = new Secret(Buffer.from(`${apiTokenClientId}:${apiTokenClientSecret}`))
  }

  addAuthHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
    const token = this.#credentials.use((value) => Buffer.from(value).toString('base64'))
    return { ...headers, Authorization: `Basic ${token}` }
  }
}

function requireText(label: string, value: unknown): void {
  if (typeof value !== 'string') {
    throw new TypeError(`"${label}" expected string, got ${typeName(value)}`)
  }
  if (value === '') throw new RangeError(`"${label}" expected at least one character`)
}
