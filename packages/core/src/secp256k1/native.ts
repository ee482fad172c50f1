// The addon has no types of its own; whoever compiles this file from source needs ours.
/// <reference path="./addon.d.ts" />
import { bytes } from '../assert.ts'
import { compactSignature, type PublicKey, publicKey } from '../bytes.ts'
import { err, ok, type Result } from '../result.ts'
import type { Bindings } from './bindings.ts'
import { length, refusal } from './refusals.ts'
import { isBelowOrder, isScalar, reduce } from './scalar.ts'
import type { Secp256k1 } from './secp256k1.ts'

/** How the addon is imported; tests make it fail. */
export type NativeImporter = () => Promise<Bindings>

/**
 * libsecp256k1 in C, by the addon of the npm package `secp256k1`.
 *
 * @returns undefined where the addon is not installed or has no build for this machine. The
 * package's own fallback to a JavaScript library is never reached.
 * @example
 * ```ts
 * import { loadNative } from '@boltwarden/core/secp256k1/native'
 * const native = await loadNative()
 * native?.backend // 'libsecp256k1', or undefined
 * ```
 */
export async function loadNative(importer?: NativeImporter): Promise<Secp256k1 | undefined> {
  const native = await openNative(importer)
  return native.ok ? native.value : undefined
}

// The package's root falls back to JavaScript without a word; its bindings entry throws.
const importBindings: NativeImporter = async () => (await import('secp256k1/bindings.js')).default

/** As {@link loadNative}, with the reason why there is none. */
export async function openNative(
  importer: NativeImporter = importBindings,
): Promise<Result<Secp256k1, unknown>> {
  try {
    return ok(fromBindings(await importer()))
  } catch (cause) {
    return err(cause)
  }
}

function fromBindings(c: Bindings): Secp256k1 {
  return {
    backend: 'libsecp256k1',
    isPrivateKey: (key) => key.length === 32 && c.privateKeyVerify(key),
    isPublicKey: (key) => key.length === 33 && c.publicKeyVerify(key),
    publicKey(privateKey) {
      length.privateKey(privateKey)
      return publicKey(attempt(() => c.publicKeyCreate(privateKey), refusal.privateKey))
    },
    ...signing(c),
    ...privateTweaks(c),
    ...publicArithmetic(c),
    randomize: (seed) => c.contextRandomize(bytes('seed', seed, 32)),
  }
}

type Signing = 'sign' | 'signRecoverable' | 'verify' | 'recover'

function signing(c: Bindings): Pick<Secp256k1, Signing> {
  const signRecoverable: Secp256k1['signRecoverable'] = (digest, privateKey) => {
    length.digest(digest)
    length.privateKey(privateKey)
    // RFC 6979 makes the nonce of the digest mod n; the addon's copy of the library is older than
    // libsecp256k1's own correction of that, and would make it of the digest as it is.
    const reduced = reduce(digest)
    const signed = attempt(() => c.ecdsaSign(reduced, privateKey), refusal.privateKey)
    return { signature: compactSignature(signed.signature), recoveryId: signed.recid }
  }
  return {
    sign: (digest, privateKey) => signRecoverable(digest, privateKey).signature,
    signRecoverable,
    verify(signature, digest, key) {
      length.signature(signature)
      length.digest(digest)
      length.publicKey(key)
      if (!c.publicKeyVerify(key)) throw refusal.publicKey()
      return isParsable(signature) && c.ecdsaVerify(signature, digest, key)
    },
    recover(signature, recoveryId, digest) {
      length.recoveryId(recoveryId)
      length.signature(signature)
      length.digest(digest)
      try {
        return publicKey(c.ecdsaRecover(signature, recoveryId, digest))
      } catch {
        return undefined
      }
    },
  }
}

function privateTweaks(c: Bindings): Pick<Secp256k1, 'privateKeyTweakAdd' | 'privateKeyTweakMul'> {
  // The addon changes its argument in place, and leaves zeros there where it refuses.
  const inPlace = (
    operation: (key: Uint8Array, tweak: Uint8Array) => Uint8Array,
    reason: (tweak: Uint8Array) => RangeError,
  ) => {
    return (key: Uint8Array, tweak: Uint8Array): Uint8Array => {
      length.privateKey(key)
      length.tweak(tweak)
      // The addon's library looks at the tweak and the result, but takes any 32 bytes for a key.
      if (!c.privateKeyVerify(key)) throw refusal.privateKey()
      const copy = Uint8Array.from(key)
      return attempt(
        () => operation(copy, tweak),
        () => reason(tweak),
      )
    }
  }
  return {
    privateKeyTweakAdd: inPlace(
      (key, tweak) => c.privateKeyTweakAdd(key, tweak),
      (tweak) => (isBelowOrder(tweak) ? refusal.zeroSum() : refusal.addTweak()),
    ),
    privateKeyTweakMul: inPlace(
      (key, tweak) => c.privateKeyTweakMul(key, tweak),
      () => refusal.mulTweak(),
    ),
  }
}

type PublicArithmetic = 'publicKeyTweakAdd' | 'publicKeyTweakMul' | 'publicKeyAdd' | 'ecdh'

function publicArithmetic(c: Bindings): Pick<Secp256k1, PublicArithmetic> {
  const invalid = (...keys: readonly PublicKey[]) => keys.some((key) => !c.publicKeyVerify(key))
  return {
    publicKeyTweakAdd(key, tweak) {
      length.publicKey(key)
      length.tweak(tweak)
      const reason = () => {
        if (invalid(key)) return refusal.publicKey()
        return isBelowOrder(tweak) ? refusal.infinity() : refusal.addTweak()
      }
      return publicKey(attempt(() => c.publicKeyTweakAdd(key, tweak), reason))
    },
    publicKeyTweakMul(key, tweak) {
      length.publicKey(key)
      length.tweak(tweak)
      const reason = () => (invalid(key) ? refusal.publicKey() : refusal.mulTweak())
      return publicKey(attempt(() => c.publicKeyTweakMul(key, tweak), reason))
    },
    publicKeyAdd(a, b) {
      length.publicKey(a)
      length.publicKey(b)
      const reason = () => (invalid(a, b) ? refusal.publicKey() : refusal.infinity())
      return publicKey(attempt(() => c.publicKeyCombine([a, b]), reason))
    },
    ecdh(key, privateKey) {
      length.publicKey(key)
      length.privateKey(privateKey)
      const reason = () => (invalid(key) ? refusal.publicKey() : refusal.privateKey())
      return attempt(() => c.ecdh(key, privateKey), reason)
    },
  }
}

/** Runs `operation`; where the addon refuses, its wording is replaced by the shared one. */
function attempt<T>(operation: () => T, reason: () => RangeError): T {
  try {
    return operation()
  } catch {
    throw reason()
  }
}

/** Whether r and s are scalars: the addon throws at n and above, where `false` is the answer. */
function isParsable(signature: Uint8Array): boolean {
  return isScalar(signature.subarray(0, 32)) && isScalar(signature.subarray(32))
}
