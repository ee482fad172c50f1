import { compactSignature, concat, digest, equalBytes, publicKey } from '../bytes.ts'
import { hexToBytes } from '../hex.ts'
import type { Secp256k1 } from './secp256k1.ts'

// Private key, tweak and message are SHA-256 of the bytes 01, 02 and 03; the answers were computed
// with libsecp256k1 and noble-curves, which agree.
const key = hexToBytes('4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a')
const tweak = hexToBytes('dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986')
const message = digest(
  hexToBytes('084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5'),
)
const point = publicKey(
  hexToBytes('02d415b187c6e7ce9da46ac888d20df20737d6f16a41639e68ea055311e1535dd9'),
)
const tweakPoint = publicKey(
  hexToBytes('02d27cd27dbff481bc6fc4aa39dd19405eb6010237784ecba13bab130a4a62df5d'),
)
const signature = compactSignature(
  hexToBytes(
    '6fa1b6345836e4de56a695fa98eb59cd0f92a77bd73f5d6fc2a43ff52215884a32dca13cb052f3ebcc7dfd2338dbc04a238d02094d7603cbb488f08febb25941',
  ),
)
const recoveryId = 0
const keySum = hexToBytes('27b6c6f83545395293398c61530abbe63ca78ba080b909b363716e480ba6dddf')
const keyProduct = hexToBytes('f8ca31d4bf4be8301186a470f05fcdea1dd884665bfd75d58dd14d6f37217e43')
const pointSum = hexToBytes('0279513774ec92080b9993255a44e2d9dd4e2e96e50693c1aebd96bcc682120e08')
const pointProduct = hexToBytes(
  '03e6d5e9c59e9b0cedcb50d96c45d71795d45b98c971eced66d98a448f7cc4fdbe',
)
const shared = hexToBytes('0738ac1f0345077646ccf665cdbfc8724706bb6b65ee350527d3cecd4ad0e9e6')
const nothing = new Uint8Array()
const zero = new Uint8Array(32)

/**
 * Computes each operation once on fixed inputs and compares with known answers: a miscompiled or
 * damaged backend is found before the first real key is touched.
 *
 * @throws {Error} naming the first operation whose answer is wrong.
 * @example
 * ```ts
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * import { selfTest } from '@boltwarden/core/secp256k1/self-test'
 * selfTest(portable)
 * ```
 */
export function selfTest(secp256k1: Secp256k1): void {
  const expectBytes = (operation: string, got: Uint8Array, expected: Uint8Array) =>
    expectTrue(operation, equalBytes(got, expected))
  const expectTrue = (operation: string, holds: boolean) => {
    if (!holds) throw new Error(`${secp256k1.backend} fails its self-test at ${operation}`)
  }
  const wrong = compactSignature(
    Uint8Array.from(signature, (byte, i) => (i === 63 ? byte ^ 1 : byte)),
  )
  const recoverable = secp256k1.signRecoverable(message, key)

  expectTrue('isPrivateKey', secp256k1.isPrivateKey(key) && !secp256k1.isPrivateKey(zero))
  expectTrue('isPublicKey', secp256k1.isPublicKey(point) && !secp256k1.isPublicKey(offCurve))
  expectBytes('publicKey', secp256k1.publicKey(key), point)
  expectBytes('sign', secp256k1.sign(message, key), signature)
  expectBytes('signRecoverable', recoverable.signature, signature)
  expectTrue('signRecoverable', recoverable.recoveryId === recoveryId)
  expectTrue('verify', secp256k1.verify(signature, message, point))
  expectTrue('verify', !secp256k1.verify(wrong, message, point))
  expectBytes('recover', secp256k1.recover(signature, recoveryId, message) ?? nothing, point)
  expectBytes('privateKeyTweakAdd', secp256k1.privateKeyTweakAdd(key, tweak), keySum)
  expectBytes('privateKeyTweakMul', secp256k1.privateKeyTweakMul(key, tweak), keyProduct)
  expectBytes('publicKeyTweakAdd', secp256k1.publicKeyTweakAdd(point, tweak), pointSum)
  expectBytes('publicKeyTweakMul', secp256k1.publicKeyTweakMul(point, tweak), pointProduct)
  expectBytes('publicKeyAdd', secp256k1.publicKeyAdd(point, tweakPoint), pointSum)
  expectBytes('ecdh', secp256k1.ecdh(tweakPoint, key), shared)
}

// x = 5 is no point: 5^3 + 7 is no square.
const offCurve = concat(Uint8Array.of(2), new Uint8Array(31), Uint8Array.of(5))
