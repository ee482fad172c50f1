import { toHex } from '@boltwarden/core/hex'
import type { Policy } from '../policy.ts'

const sets = new WeakMap<Policy, ReadonlySet<string>>()

/** Whether the owner allows an output always. */
export function isAllowed(policy: Policy, scriptPubKey: Uint8Array): boolean {
  const known = sets.get(policy) ?? new Set(policy.onchain.allowedScripts)
  sets.set(policy, known)
  return known.has(toHex(scriptPubKey))
}
