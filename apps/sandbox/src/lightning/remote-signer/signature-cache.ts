import { toHex } from '@boltwarden/core/hex'
import { digestOf, type JobDraft } from '../../channel/job.ts'

/**
 * The signatures that came, by what they mean: LDK does not remember what it asked, and asks again
 * with every retry. Old ones leave first, so that a long life does not fill the memory.
 */
export type SignatureCache = {
  readonly get: (key: string) => Uint8Array | undefined
  readonly put: (key: string, signature: Uint8Array) => void
}

/** More than the largest commitment has, with 483 HTLCs on either side. */
const defaultCapacity = 1_024

/** A cache that forgets the oldest. */
export function createSignatureCache(capacity = defaultCapacity): SignatureCache {
  const signatures = new Map<string, Uint8Array>()
  return {
    get: (key) => signatures.get(key),
    put: (key, signature) => {
      signatures.delete(key)
      signatures.set(key, signature)
      const [oldest] = signatures.keys()
      if (signatures.size > capacity && oldest !== undefined) signatures.delete(oldest)
    },
  }
}

/** What a signature means: the key with its tweaks, and the digest. */
export function meaningOf(draft: JobDraft): string {
  const tweaks = [draft.mulTweak, draft.addTweak].map((tweak) => (tweak ? toHex(tweak) : ''))
  return [draft.path, ...tweaks, toHex(digestOf(draft))].join(' ')
}
