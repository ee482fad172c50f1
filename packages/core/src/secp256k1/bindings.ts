/**
 * What is called of the addon's own entry point, which has no types. Keys, tweaks and digests are 32
 * bytes, points 33, signatures 64; it throws where the curve refuses.
 */
export interface Bindings {
  contextRandomize(seed: Uint8Array): void
  privateKeyVerify(key: Uint8Array): boolean
  /** Changes `key`. */
  privateKeyTweakAdd(key: Uint8Array, tweak: Uint8Array): Uint8Array
  /** Changes `key`. */
  privateKeyTweakMul(key: Uint8Array, tweak: Uint8Array): Uint8Array
  publicKeyVerify(key: Uint8Array): boolean
  publicKeyCreate(key: Uint8Array): Uint8Array
  publicKeyCombine(keys: readonly Uint8Array[]): Uint8Array
  publicKeyTweakAdd(key: Uint8Array, tweak: Uint8Array): Uint8Array
  publicKeyTweakMul(key: Uint8Array, tweak: Uint8Array): Uint8Array
  ecdsaSign(digest: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number }
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean
  ecdsaRecover(signature: Uint8Array, recoveryId: number, digest: Uint8Array): Uint8Array
  ecdh(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array
}
