import { digest, tweak } from '@boltwarden/core/bytes'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import { expect, test } from 'vitest'

const { Fn } = noble.Point
const scalar = (byte: number) => Fn.fromBytes(new Uint8Array(32).fill(byte))
const bytes = (value: bigint) => Fn.toBytes(value)

// Not a fault of the keychain, which does what it is told: why a policy must know where a
// multiplying tweak comes from. Shown is one transaction, signed is another.
test('whoever chooses the multiplying tweak chooses what is signed', async () => {
  const secp256k1 = await loadSecp256k1('auto')
  const keychain = Keychain.fromSeed(new Uint8Array(32).fill(7), { secp256k1 })
  const path = { purpose: 'channel-key', channel: 7, key: 'revocation-basepoint' } as const
  const [mul, add, shown, hidden] = [scalar(1), scalar(2), scalar(3), scalar(4)]
  const product = secp256k1.publicKeyTweakMul(keychain.publicKey(path), bytes(mul))
  const revocationKey = secp256k1.publicKeyTweakAdd(product, bytes(add))

  const factor = Fn.div(shown, hidden)
  const signature = keychain.sign(path, digest(bytes(shown)), {
    mulTweak: tweak(bytes(Fn.mul(factor, mul))),
    addTweak: tweak(bytes(Fn.mul(factor, add))),
  })
  const { r, s } = noble.Signature.fromBytes(signature)
  const quotient = Fn.div(s, factor)
  const lowS = quotient > Fn.ORDER / 2n ? Fn.neg(quotient) : quotient
  const forged = new noble.Signature(r, lowS).toBytes()
  expect(noble.verify(forged, bytes(hidden), revocationKey, { prehash: false })).toBe(true)
  keychain.dispose()
})
