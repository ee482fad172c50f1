import { sha256 } from '@noble/hashes/sha2.js'
import { deriveSecret, perCommitmentSecret } from '../bolt3/per-commitment.ts'
import { type CommitmentSecret, concat } from '../bytes.ts'
import { type CommitmentIndex, commitmentIndex } from '../units.ts'

/** How many low bits of an index the held secret leaves open. */
const openBits = 8

const label = Uint8Array.from('commitment seed', (letter) => letter.charCodeAt(0))

/**
 * The per-commitment secrets of one channel. One derived secret is held, from which the 256 indexes
 * around the last one follow in at most 8 steps instead of 48.
 */
export class CommitmentSecrets {
  readonly #seed: Uint8Array
  #base: CommitmentSecret | undefined
  #baseIndex = 0

  /** @param privateKey - of `m/3/channel`, 32 bytes. Neither kept nor changed. */
  constructor(privateKey: Uint8Array) {
    const channelSeed = sha256(privateKey)
    const preimage = concat(channelSeed, label)
    this.#seed = sha256(preimage)
    for (const secret of [channelSeed, preimage]) secret.fill(0)
  }

  /** The secret of one commitment, 32 bytes. */
  secret(index: CommitmentIndex): CommitmentSecret {
    const baseIndex = index - (index % 2 ** openBits)
    if (this.#base === undefined || this.#baseIndex !== baseIndex) {
      this.#base?.fill(0)
      this.#base = perCommitmentSecret(this.#seed, commitmentIndex(baseIndex))
      this.#baseIndex = baseIndex
    }
    return deriveSecret(this.#base, openBits, index)
  }

  /** Overwrites everything with zeros. */
  dispose(): void {
    this.#seed.fill(0)
    this.#base?.fill(0)
    this.#base = undefined
  }
}
