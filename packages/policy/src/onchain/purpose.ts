import { equalBytes } from '@boltwarden/core/bytes'
import { isSigningKeyPath } from '@boltwarden/core/keys/key-path'
import type { JobFacts } from '../facts/job-facts.ts'
import { roleOf } from '../facts/key-role.ts'

/** The names of {@link OnchainPurpose}. */
export const onchainPurposes = ['wallet', 'sweep', 'second-stage', 'anchor'] as const

/**
 * What a job does on the chain, other than to sign a commitment, a close, or the counterparty's HTLC
 * transactions.
 *
 * - `wallet`: spends the L1 wallet or a destination key.
 * - `sweep`: takes an output of a commitment for good: `to_remote`, a delayed output, an HTLC of the
 *   counterparty's commitment, or any output of a revoked one.
 * - `second-stage`: takes an HTLC of our own commitment to its delayed output.
 * - `anchor`: spends our anchor, to raise a commitment's fee.
 */
export type OnchainPurpose = (typeof onchainPurposes)[number]

/** What a job does on the chain; undefined where that is for other rules. */
export function purposeOf({ path, key, spend }: JobFacts): OnchainPurpose | undefined {
  if (!path.ok || !isSigningKeyPath(path.value) || spend === undefined) return undefined
  switch (spend.kind) {
    case 'wallet':
      return roleOf(path.value) === 'payment' ? 'sweep' : 'wallet'
    case 'to-local-sweep':
    case 'to-remote-sweep':
    case 'htlc-claim':
    case 'justice':
      return 'sweep'
    case 'anchor':
      return 'anchor'
    case 'htlc-transaction':
      return spend.signer === 'broadcaster' ? 'second-stage' : undefined
    case 'unknown':
      // The broadcaster's key in an HTLC script, but no second stage beside it.
      return isBroadcaster(spend.script, key) ? 'second-stage' : undefined
    case 'commitment':
    case 'closing':
      return undefined
  }
}

function isBroadcaster(script: JobFacts['script'], key: JobFacts['key']): boolean {
  if (script?.template !== 'offered-htlc' && script?.template !== 'received-htlc') return false
  const { broadcasterHtlcPublicKey } = script
  return key?.publicKey !== undefined && equalBytes(key.publicKey, broadcasterHtlcPublicKey)
}
