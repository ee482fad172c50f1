import { createHmac } from 'node:crypto'
import { perCommitmentPoint, perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import type { CommitmentSecret, PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { type CommitmentNumber, indexOf } from '@boltwarden/core/units'

/** The public keys of one side of a channel, in BOLT 3's words. */
export type Basepoints = {
  readonly funding: PublicKey
  readonly revocation: PublicKey
  readonly payment: PublicKey
  readonly delayedPayment: PublicKey
  readonly htlc: PublicKey
}

/** The other side of a channel, which lives in the sandbox with keys of its own. */
export type Counterparty = {
  readonly basepoints: Basepoints
  /** Where a cooperative close pays it. */
  readonly closing: PublicKey
  readonly point: (number: CommitmentNumber) => PublicKey
  readonly secret: (number: CommitmentNumber) => CommitmentSecret
}

/**
 * The counterparty of one channel, the same for the same seed and channel number.
 *
 * @param seed - of any length; a test value, no money is ever behind it.
 */
export function createCounterparty(
  secp256k1: Secp256k1,
  seed: Uint8Array,
  channel: number,
): Counterparty {
  const secretOf = (name: string) =>
    new Uint8Array(createHmac('sha256', seed).update(`counterparty/${channel}/${name}`).digest())
  const pointOf = (name: string) => secp256k1.publicKey(secretOf(name))
  const commitmentSeed = secretOf('per-commitment-seed')
  return {
    basepoints: {
      funding: pointOf('funding'),
      revocation: pointOf('revocation-basepoint'),
      payment: pointOf('payment'),
      delayedPayment: pointOf('delayed-payment-basepoint'),
      htlc: pointOf('htlc-basepoint'),
    },
    closing: pointOf('closing'),
    point: (number) => perCommitmentPoint(secp256k1, commitmentSeed, indexOf(number)),
    secret: (number) => perCommitmentSecret(commitmentSeed, indexOf(number)),
  }
}

/** A private key of the sandbox, from its seed and a name, hex. */
export function sandboxPrivateKey(seed: Uint8Array, name: string): string {
  return createHmac('sha256', seed).update(`sandbox/${name}`).digest('hex')
}
