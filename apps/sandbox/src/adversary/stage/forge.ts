import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentOutput } from '@boltwarden/core/bolt3/commitment-transaction'
import { type Digest, digest } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import { closingJob } from '../../channel/claims.ts'
import { commitmentJob, type SideCommitment } from '../../channel/commitment.ts'
import type { JobDraft } from '../../channel/job.ts'
import type { ChannelTerms } from '../../channel/terms.ts'
import { type SighashName, sighashOf } from '../../verify/sighash.ts'
import type { LiveChannel } from '../../walk/asks/exchange.ts'
import { l1Address } from '../../walk/player.ts'
import { type Stage, thiefKey } from './stage.ts'

/** The thief's own address. */
export function thiefScript(stage: Stage): Uint8Array {
  return p2wpkh(thiefKey(stage))
}

/** An output. */
export function output(value: bigint, scriptPubKey: Uint8Array): TxOut {
  return { value: sats(value), scriptPubKey }
}

/** The same transaction with other outputs, in the order of BIP 69. */
export function paying(transaction: Transaction, outputs: readonly TxOut[]): Transaction {
  return { ...transaction, outputs: [...outputs].sort((a, b) => Number(a.value - b.value)) }
}

/** The same job about a transaction with other outputs. */
export function redirected(
  { psbt: _other, ...draft }: JobDraft,
  outputs: readonly TxOut[],
): JobDraft {
  return { ...draft, transaction: { ...draft.transaction, outputs } }
}

/** The job that signs a commitment whose outputs are changed one by one; undefined leaves one out. */
export function commitmentWith(
  terms: ChannelTerms,
  commitment: SideCommitment,
  change: (output: CommitmentOutput) => TxOut | readonly TxOut[] | undefined,
): JobDraft {
  const outputs = commitment.outputs.flatMap((each) => change(each) ?? [])
  const plain = outputs.map(({ value, scriptPubKey }) => ({ value, scriptPubKey }))
  const transaction = paying(commitment.transaction, plain)
  return { ...commitmentJob(terms, commitment), transaction }
}

/** The same output with more or less in it. */
export function changedBy({ value, scriptPubKey }: TxOut, by: bigint): TxOut {
  return output(value + by, scriptPubKey)
}

/** A job that asks for the digest of another type. */
export function withSighash(draft: JobDraft, name: SighashName): JobDraft {
  return { ...draft, message: digest(sighashOf(draft, name)) }
}

/** A job that shows one thing and asks for another's digest. */
export function withMessage(shown: JobDraft, message: Digest): JobDraft {
  return { ...shown, message }
}

/** A close that pays everything in the channel to the thief. */
export function theftOf(stage: Stage, { terms, balances }: LiveChannel): JobDraft {
  const honest = closingJob(terms, balances, l1Address(stage.pairing, 0, 8), sats(500n))
  return redirected(honest, [output(terms.capacity - 500n, thiefScript(stage))])
}
