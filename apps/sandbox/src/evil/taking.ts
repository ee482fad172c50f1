import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
import {
  type OutPoint,
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { justiceTweaks } from '@boltwarden/core/bolt3/key-derivation'
import { parseFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { type CommitmentSecret, equalBytes } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import { outputsOf, type SideCommitment } from '../channel/commitment.ts'
import { unsigned } from '../channel/spending.ts'
import type { Stage } from '../lightning/stage.ts'
import { withWitnesses, witnessSignature } from '../lightning/wallet/witness.ts'
import { EvilError } from './evil-error.ts'
import { thiefScript } from './thief.ts'
import type { Victim } from './victim.ts'

/** What a thief has got, as the chain shows it. */
export type Taken = {
  /** What was ours, in satoshis. */
  readonly lostSats: bigint
  /** What it was done with, for people. */
  readonly how: string
  /** Outputs with stolen money that pay the peer's own scripts, beside those of the thief's. */
  readonly loot?: readonly OutPoint[]
}

/** What the thief leaves to the miners. */
export const thiefFee = 500n

/** Spends the funding output with our signature and the peer's. */
export function completeFunding(
  { secp256k1, terms, keys }: Victim,
  transaction: Transaction,
  ours: Uint8Array,
): Transaction {
  const { fundingScript: script, capacity, holder } = terms
  const digest = bip143Digest(transaction, 0, script, capacity, 'all')
  const theirs = secp256k1.sign(digest, keys.funding)
  const [lesser] = parseFunding(script)?.publicKeys ?? []
  const isOursFirst = lesser !== undefined && equalBytes(lesser, holder.funding)
  const signatures = (isOursFirst ? [ours, theirs] : [theirs, ours]).map((each) =>
    witnessSignature(each),
  )
  return withWitnesses(transaction, [[new Uint8Array(), ...signatures, script]])
}

/**
 * Puts transactions on the chain, in one block.
 *
 * @returns the height of their block.
 * @throws {EvilError} if the chain does not take one: what was signed was of no use.
 */
export async function confirm(stage: Stage, transactions: readonly Transaction[]): Promise<number> {
  for (const transaction of transactions) {
    const submitted = stage.chain.submit(serialiseTransaction(transaction))
    if (!submitted.ok) throw new EvilError(`the chain refuses it: ${submitted.error.message}`)
  }
  await stage.mine(1)
  const heights = transactions.map(
    (each) => stage.chain.transaction(transactionId(each))?.confirmation?.height,
  )
  const [height] = heights
  if (height === undefined || heights.some((each) => each !== height)) {
    throw new EvilError('a stolen transaction did not confirm')
  }
  return height
}

/** Takes our delayed output of a commitment of ours with its secret, as if we had cheated. */
export function punishment(
  { secp256k1, terms, keys }: Victim,
  commitment: SideCommitment,
  secret: CommitmentSecret,
): Transaction {
  const [toLocal] = outputsOf(commitment, 'to-local')
  if (toLocal === undefined) throw new EvilError('nothing in the commitment is ours')
  const { value, vout, witnessScript } = toLocal
  const transaction = unsigned({
    inputs: [{ txid: transactionId(commitment.transaction), vout }],
    outputs: [{ value: sats(value - thiefFee), scriptPubKey: thiefScript }],
  })
  const { mulTweak, addTweak } = justiceTweaks(
    secp256k1,
    secret,
    terms.counterparty.basepoints.revocation,
  )
  const key = secp256k1.privateKeyTweakAdd(
    secp256k1.privateKeyTweakMul(keys.revocation, mulTweak),
    addTweak,
  )
  const signature = secp256k1.sign(bip143Digest(transaction, 0, witnessScript, value, 'all'), key)
  return withWitnesses(transaction, [
    [witnessSignature(signature), Uint8Array.of(1), witnessScript],
  ])
}
