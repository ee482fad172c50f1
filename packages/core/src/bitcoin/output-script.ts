import { sha256 } from '@noble/hashes/sha2.js'
import { bytes } from '../assert.ts'
import { concat, type PublicKey } from '../bytes.ts'
import { type Hash160, hash160, hash160Of } from './hash.ts'

/**
 * The P2WPKH scriptPubKey of a key.
 *
 * @returns 22 bytes.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#p2wpkh
 */
export function p2wpkh(publicKey: PublicKey): Uint8Array {
  return p2wpkhOfHash(hash160Of(publicKey))
}

/** The P2WPKH scriptPubKey of a key's hash, 22 bytes. */
export function p2wpkhOfHash(publicKeyHash: Hash160): Uint8Array {
  return concat(Uint8Array.of(0, 20), publicKeyHash)
}

/** Whether a scriptPubKey is P2WPKH. */
export function isP2wpkh(scriptPubKey: Uint8Array): boolean {
  return scriptPubKey.length === 22 && scriptPubKey[0] === 0 && scriptPubKey[1] === 20
}

/**
 * The key hash of a P2WPKH output, from its scriptPubKey or its BIP 143 script code.
 *
 * @returns 20 bytes, or undefined where `script` is neither.
 */
export function publicKeyHashOf(script: Uint8Array): Hash160 | undefined {
  if (isP2wpkh(script)) return hash160(script.slice(2))
  const isScriptCode =
    script.length === 25 &&
    script[0] === 0x76 &&
    script[1] === 0xa9 &&
    script[2] === 20 &&
    script[23] === 0x88 &&
    script[24] === 0xac
  return isScriptCode ? hash160(script.slice(3, 23)) : undefined
}

/**
 * The P2WSH scriptPubKey of a witness script.
 *
 * @returns 34 bytes.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#p2wsh
 */
export function p2wsh(witnessScript: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0, 32), sha256(bytes('witnessScript', witnessScript)))
}

/** Whether a scriptPubKey is P2WSH. */
export function isP2wsh(scriptPubKey: Uint8Array): boolean {
  return scriptPubKey.length === 34 && scriptPubKey[0] === 0 && scriptPubKey[1] === 32
}

/**
 * The version and program of a segwit output.
 *
 * @returns undefined where the scriptPubKey is not segwit.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#witness-program
 */
export function witnessProgramOf(
  scriptPubKey: Uint8Array,
): { readonly version: number; readonly program: Uint8Array } | undefined {
  const [opcode, length] = scriptPubKey
  if (opcode === undefined || length === undefined) return undefined
  const version = opcode === 0 ? 0 : opcode - 0x50
  if (version < 0 || version > 16 || (version === 0 && opcode !== 0)) return undefined
  if (length < 2 || length > 40 || scriptPubKey.length !== length + 2) return undefined
  return { version, program: scriptPubKey.slice(2) }
}
