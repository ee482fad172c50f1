import { deriveSecret } from '@boltwarden/core/bolt3/per-commitment'
import { type CommitmentSecret, commitmentSecret, equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { err, ok, type Result } from '@boltwarden/core/result'
import { type CommitmentIndex, commitmentIndex } from '@boltwarden/core/units'
import type { StateRecord } from './record.ts'

/**
 * A secret that the counterparty revealed after its channel was adopted. Of each number of zero bits
 * that an index ends in, that of the lowest index is kept: there are at most 49, and every other one
 * since then follows from them, as do some from before.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#efficient-per-commitment-secret-storage
 */
export type AdoptedSecret = { readonly index: CommitmentIndex; readonly secret: CommitmentSecret }

/** Two secrets do not belong together. */
export type AdoptedContradiction = { readonly contradicts: CommitmentIndex }

/** The secrets with one more, in any order; those that it derives are compared. */
export function learnAdopted(
  known: readonly AdoptedSecret[],
  index: CommitmentIndex,
  secret: CommitmentSecret,
): Result<readonly AdoptedSecret[], AdoptedContradiction> {
  const same = lookUpAdopted(known, index)
  if (same !== undefined) {
    return equalBytes(same, secret) ? ok(known) : err({ contradicts: index })
  }
  const bits = trailingZeros(index)
  const unlike = known.find(
    (one) =>
      derives(index, bits, one.index) &&
      !equalBytes(deriveSecret(secret, bits, one.index), one.secret),
  )
  if (unlike !== undefined) return err({ contradicts: unlike.index })
  const others = known.filter((one) => trailingZeros(one.index) !== bits || one.index < index)
  const isLowest = others.every((one) => trailingZeros(one.index) !== bits)
  return ok(isLowest ? [...others, { index, secret }] : known)
}

/** The secret of an index, 32 bytes, where one that is known derives it. */
export function lookUpAdopted(
  known: readonly AdoptedSecret[],
  index: CommitmentIndex,
): CommitmentSecret | undefined {
  for (const one of known) {
    const bits = trailingZeros(one.index)
    if (derives(one.index, bits, index)) return deriveSecret(one.secret, bits, index)
  }
  return undefined
}

/** As it stands in the JSON of a state. */
export function adoptedSecretJson({ index, secret }: AdoptedSecret): object {
  return { index, secret: toHex(secret) }
}

/** The inverse of {@link adoptedSecretJson}. */
export function readAdoptedSecret(record: StateRecord): AdoptedSecret {
  return {
    index: commitmentIndex(record.integer('index')),
    secret: commitmentSecret(record.bytes('secret')),
  }
}

function derives(base: CommitmentIndex, bits: number, index: CommitmentIndex): boolean {
  return Math.floor(base / 2 ** bits) === Math.floor(index / 2 ** bits)
}

/** How many zero bits an index ends in; 48 for 0. */
export function trailingZeros(index: CommitmentIndex): number {
  let zeros = 0
  while (zeros < 48 && index % 2 ** (zeros + 1) === 0) zeros++
  return zeros
}
