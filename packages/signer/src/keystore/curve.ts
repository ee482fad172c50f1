import { loadSecp256k1, type Secp256k1Choice } from '@boltwarden/core/secp256k1/load'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { systemEntropy } from '../entropy.ts'
import { SignerFault } from '../fault.ts'

/**
 * The curve, self-tested, and blinded with fresh randomness where the backend can be.
 *
 * @throws {SignerFault} `CURVE_UNAVAILABLE`.
 */
export async function openCurve(choice: Secp256k1Choice): Promise<Secp256k1> {
  try {
    const secp256k1 = await loadSecp256k1(choice)
    secp256k1.randomize?.(systemEntropy.bytes(32))
    return secp256k1
  } catch (cause) {
    throw new SignerFault({ code: 'CURVE_UNAVAILABLE', wanted: choice }, { cause })
  }
}
