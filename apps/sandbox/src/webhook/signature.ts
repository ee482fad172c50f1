import { createHmac } from 'node:crypto'

/** The header that carries the signature of a webhook's body. */
export const signatureHeader = 'lightspark-signature'

/**
 * The signature of a webhook: lower-case hex of HMAC-SHA256 over the raw body under the secret's
 * UTF-8 bytes.
 *
 * @example
 * ```ts
 * import { signBody } from '@boltwarden/sandbox'
 * signBody('secret', new TextEncoder().encode('{}')) // 64 hex digits
 * ```
 */
export function signBody(secret: string, body: Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}
