import { digest } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { ExtendedPrivateKey } from '@boltwarden/core/keys/bip32'
import { loadNative } from '@boltwarden/core/secp256k1/native'
import { portable } from '@boltwarden/core/secp256k1/portable'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { LightsparkSigner, Network } from '@lightsparkdev/crypto-wasm'
import { equal } from './equal.ts'
import { type Contestant, interleave } from './interleave.ts'
import type { Comparison } from './report.ts'

const seed = Uint8Array.from({ length: 64 }, (_, at) => at)
const message = digest(new Uint8Array(32).fill(0x42))
const path = 'm/3/7/0'
const childNumbers = [3, 7, 0]

/** Signature, public key and three BIP 32 levels: both of our backends and the official WASM. */
export async function benchCrypto(rounds: number): Promise<readonly Comparison[]> {
  const native = await loadNative()
  const backends = native === undefined ? [portable] : [native, portable]
  const official = LightsparkSigner.from_bytes(seed, Network.Regtest)
  const options = { rounds, warmUp: Math.ceil(rounds / 10) }
  const key = derive(portable)

  const publicKeyHex = toHex(portable.publicKey(key))
  equal('public key', official.derive_public_key_hex(path), publicKeyHex)
  const signature = toHex(portable.sign(message, key))
  equal('signature', toHex(official.derive_key_and_sign(message, path, true)), signature)

  const ours = (work: (secp: Secp256k1) => string, expected: string) =>
    backends.map((secp): Contestant => {
      equal(secp.backend, work(secp), expected)
      return { name: secp.backend, run: () => work(secp) }
    })
  return [
    {
      name: 'signature',
      timings: await interleave(
        ours((secp) => toHex(secp.sign(message, key)), signature),
        options,
      ),
    },
    {
      name: 'public key',
      timings: await interleave(
        ours((secp) => toHex(secp.publicKey(key)), publicKeyHex),
        options,
      ),
    },
    {
      name: 'three BIP 32 levels and the public key',
      baseline: 'official WASM',
      timings: await interleave(
        [
          ...ours((secp) => toHex(secp.publicKey(derive(secp))), publicKeyHex),
          { name: 'official WASM', run: () => official.derive_public_key_hex(path) },
        ],
        options,
      ),
    },
    {
      name: 'three BIP 32 levels and a signature',
      baseline: 'official WASM',
      timings: await interleave(
        [
          ...ours((secp) => toHex(secp.sign(message, derive(secp))), signature),
          { name: 'official WASM', run: () => official.derive_key_and_sign(message, path, true) },
        ],
        options,
      ),
    },
  ]
}

/** The private key at the path, derived anew each time. */
function derive(secp256k1: Secp256k1): Uint8Array {
  let node = ExtendedPrivateKey.fromSeed(seed, secp256k1)
  for (const child of childNumbers) node = node.child(child)
  return node.usePrivateKey((key) => key.slice())
}
