import { createHmac, timingSafeEqual } from 'node:crypto'
import { bytes, typeName } from '@boltwarden/core/assert'
import { LightsparkFault } from '../fault.ts'

/** The HTTP header that carries a webhook's signature. */
export const WEBHOOKS_SIGNATURE_HEADER = 'lightspark-signature'

/** One webhook secret, or several while one replaces another. */
export type WebhookSecrets = string | readonly string[]

/** A header as HTTP servers hand it over: absent, once, or several times. */
export type HeaderValue = string | readonly string[] | null | undefined

const signatureText = /^[0-9a-f]{64}$/

/**
 * Signs a webhook's body as the platform does: lower-case hex of its HMAC-SHA256 under the UTF-8
 * bytes of the secret.
 *
 * @param data - the body as it is sent.
 * @param secret - the webhook secret as the account page shows it; not decoded.
 * @example
 * ```ts
 * import { signWebhook } from '@boltwarden/sdk'
 * signWebhook(new TextEncoder().encode('{}'), 'a secret').length // 64
 * ```
 */
export function signWebhook(data: Uint8Array, secret: string): string {
  return hmac(bytes('data', data), secretText(secret)).toString('hex')
}

/**
 * Whether a webhook's body was signed with one of the secrets.
 *
 * The form of the signature is looked at first; then every secret is tried, each in constant time.
 *
 * @param data - the body as it was received, before any parsing.
 * @param signature - the header {@link WEBHOOKS_SIGNATURE_HEADER} as it was received.
 * @param secrets - the webhook secret, or all that are active.
 * @throws {TypeError} if `data` is no `Uint8Array` or a secret no string.
 * @throws {RangeError} if there is no secret or an empty one.
 * @example
 * ```ts
 * import { isSignedWebhook, signWebhook } from '@boltwarden/sdk'
 * const body = new TextEncoder().encode('{}')
 * isSignedWebhook(body, signWebhook(body, 'new'), ['new', 'old']) // true
 * isSignedWebhook(body, 'deadbeef', ['new', 'old']) // false
 * ```
 */
export function isSignedWebhook(
  data: Uint8Array,
  signature: HeaderValue,
  secrets: WebhookSecrets,
): boolean {
  bytes('data', data)
  const keys = (typeof secrets === 'string' ? [secrets] : activeSecrets(secrets)).map(secretText)
  if (typeof signature !== 'string' || !signatureText.test(signature)) return false
  const given = Buffer.from(signature, 'hex')
  let signed = false
  for (const key of keys) {
    if (timingSafeEqual(hmac(data, key), given)) signed = true
  }
  return signed
}

/**
 * Checks a webhook's signature as {@link isSignedWebhook} does.
 *
 * @throws {LightsparkFault} `WEBHOOK_SIGNATURE_INVALID` where it is missing or wrong.
 * @example
 * ```ts
 * import { signWebhook, verifyWebhook } from '@boltwarden/sdk'
 * const body = new TextEncoder().encode('{}')
 * verifyWebhook(body, signWebhook(body, 'secret'), 'secret')
 * ```
 */
export function verifyWebhook(
  data: Uint8Array,
  signature: HeaderValue,
  secrets: WebhookSecrets,
): void {
  if (!isSignedWebhook(data, signature, secrets)) {
    throw new LightsparkFault({ code: 'WEBHOOK_SIGNATURE_INVALID' })
  }
}

function hmac(data: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(data).digest()
}

function activeSecrets(secrets: unknown): readonly unknown[] {
  if (!Array.isArray(secrets)) {
    throw new TypeError(`"secrets" expected string or array, got ${typeName(secrets)}`)
  }
  if (secrets.length === 0) throw new RangeError('"secrets" expected at least one')
  return secrets
}

// An unset variable must not turn into the key of an HMAC that anybody can compute.
function secretText(secret: unknown): string {
  if (typeof secret !== 'string') {
    throw new TypeError(`"secret" expected string, got ${typeName(secret)}`)
  }
  if (secret === '') throw new RangeError('"secret" expected at least one character')
  return secret
}
