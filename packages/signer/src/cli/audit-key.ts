import { type PublicKey, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Config } from '../config/schema.ts'
import { SignerFault } from '../fault.ts'
import { openCurve } from '../keystore/curve.ts'
import { openKeychain, type UnlockFlags } from './open-keychain.ts'
import type { Terminal } from './terminal.ts'

/** What a signature of the audit key is verified with. */
export type AuditKey = { readonly publicKey: PublicKey; readonly secp256k1: Secp256k1 }

/**
 * The audit key's public side, from a flag, or of the key store.
 *
 * @throws {SignerFault} `USAGE`, or as the key store does.
 */
export async function auditKeyOf(
  config: Config,
  flags: UnlockFlags & { readonly publicKey?: string },
  terminal: Terminal,
): Promise<AuditKey> {
  if (flags.publicKey !== undefined) {
    return {
      publicKey: keyOfHex(flags.publicKey),
      secp256k1: await openCurve(config.crypto.backend),
    }
  }
  const keychain = await openKeychain(config, flags, terminal)
  try {
    return { publicKey: keychain.publicKey({ purpose: 'audit' }), secp256k1: keychain.secp256k1 }
  } finally {
    keychain.dispose()
  }
}

/** @throws {SignerFault} `USAGE`. */
export function keyOfHex(hex: string): PublicKey {
  try {
    return publicKey(hexToBytes(hex))
  } catch (cause) {
    throw new SignerFault({ code: 'USAGE', expected: '--public-key as 33 bytes in hex' }, { cause })
  }
}
