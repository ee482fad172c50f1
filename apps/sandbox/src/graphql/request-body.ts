import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { err, ok, type Result } from '@boltwarden/core/result'

const inflateAsync = promisify(inflate)

/** The largest body after decompression. */
const maxInflatedBytes = 16 * 1024 * 1024

/** Reads a body that may be compressed as the SDKs do it: HTTP's `deflate`, zlib's format. */
export async function readGraphqlBody(
  request: Request,
): Promise<Result<Uint8Array<ArrayBuffer>, string>> {
  const raw = new Uint8Array(await request.arrayBuffer())
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding === 'identity') return ok(raw)
  if (encoding !== 'deflate') return err('content-encoding: expected identity or deflate')
  try {
    return ok(new Uint8Array(await inflateAsync(raw, { maxOutputLength: maxInflatedBytes })))
  } catch {
    return err('content-encoding: not a deflate stream, or too large')
  }
}
