import { Buffer } from 'node:buffer'
import { createHash, timingSafeEqual } from 'node:crypto'

/** An API token of the account. */
export type Credentials = { readonly clientId: string; readonly clientSecret: string }

/** Whether an `Authorization` header is Basic with these credentials; compared in fixed time. */
export function isAuthorized(header: string | null, credentials: Credentials): boolean {
  const expected = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`)
  const given = Buffer.from(/^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1] ?? '', 'base64')
  return timingSafeEqual(sha256(given), sha256(expected))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
