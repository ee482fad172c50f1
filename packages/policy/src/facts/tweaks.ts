import type { PublicKey } from '@boltwarden/core/bytes'
import type { SigningJob } from '@boltwarden/core/request'
import { isScalar } from '@boltwarden/core/secp256k1/scalar'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'

/** The public key that a job's signature will hold under, or why there is none. */
export type TweakedKey = {
  readonly publicKey: PublicKey | undefined
  readonly problems: readonly string[]
}

/** Applies a job's tweaks to a public key: `mulTweak · key + addTweak · G`. */
export function tweakKey(base: PublicKey, job: SigningJob, secp256k1: Secp256k1): TweakedKey {
  const problems = [...scalarProblem('mul', job.mulTweak), ...scalarProblem('add', job.addTweak)]
  if (problems.length > 0) return { publicKey: undefined, problems }
  try {
    const multiplied =
      job.mulTweak === undefined ? base : secp256k1.publicKeyTweakMul(base, job.mulTweak)
    const publicKey =
      job.addTweak === undefined
        ? multiplied
        : secp256k1.publicKeyTweakAdd(multiplied, job.addTweak)
    return { publicKey, problems: [] }
  } catch (error) {
    // Both tweaks are scalars: only a sum at infinity is left to refuse.
    if (error instanceof RangeError) {
      return { publicKey: undefined, problems: ['the tweaks leave no key'] }
    }
    throw error
  }
}

function scalarProblem(name: string, tweak: Uint8Array | undefined): readonly string[] {
  if (tweak === undefined || isScalar(tweak)) return []
  return tweak.length === 32
    ? [`the ${name} tweak is 0 or not below the order of the curve`]
    : [`the ${name} tweak has ${tweak.length} bytes, not 32`]
}
