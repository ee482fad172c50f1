import { bip143Digest, type SighashType } from '@boltwarden/core/bitcoin/bip143'
import { serialiseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import type { Digest, PublicKey, Tweak } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { CommitmentIndex, Sats } from '@boltwarden/core/units'
import type { SignablePayload } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { tweakPublicKey } from '../verify/point.ts'

/** One signature that the platform needs, before it has an id. */
export type JobDraft = {
  readonly path: string
  /** The key at `path`, without the tweaks. */
  readonly publicKey: PublicKey
  readonly transaction: Transaction
  readonly inputIndex: number
  /** As the platform spells it: the witness script, or the scriptPubKey of P2WPKH. */
  readonly script: Uint8Array
  readonly amount: Sats
  readonly sighash?: SighashType
  readonly mulTweak?: Tweak
  readonly addTweak?: Tweak
  readonly index?: CommitmentIndex
  readonly destinationPath?: string
  /** What goes over the wire in the place of the raw transaction: its PSBT. */
  readonly psbt?: Uint8Array
  /** What a hostile job asks to sign in the place of the transaction's digest. */
  readonly message?: Digest
}

/** A signing job as it stands in an event. */
type WireJob = Readonly<Record<string, string | number | boolean | null>> & {
  readonly id: string
}

/** A job with the payload under whose key the answer is checked. */
export type Job = { readonly wire: WireJob; readonly payload: SignablePayload }

/** What a job asks to sign: the BIP 143 digest, if it is honest. */
export function digestOf(draft: JobDraft): Digest {
  const { transaction, inputIndex, script, amount, sighash = 'all' } = draft
  if (draft.message !== undefined) return draft.message
  return bip143Digest(transaction, inputIndex, script, amount, sighash)
}

/** Gives drafts their ids and payloads; all of one transaction's batch belong to one signable. */
export function createJobs(platform: Platform, drafts: readonly JobDraft[]): readonly Job[] {
  const signable = platform.createSignable().id
  return drafts.map((draft) => createJob(platform, signable, draft))
}

function createJob(platform: Platform, signable: string, draft: JobDraft): Job {
  const mulTweak = draft.mulTweak && toHex(draft.mulTweak)
  const addTweak = draft.addTweak && toHex(draft.addTweak)
  const payload = platform.createPayload({
    signable,
    payload: toHex(digestOf(draft)),
    derivationPath: draft.path,
    addTweak,
    mulTweak,
    signingKey: tweakPublicKey(toHex(draft.publicKey), { mulTweak, addTweak }),
  })
  return { payload, wire: wireJob(payload, draft) }
}

function wireJob(payload: SignablePayload, draft: JobDraft): WireJob {
  return {
    id: payload.id,
    derivation_path: payload.derivationPath,
    message: payload.payload,
    add_tweak: payload.addTweak ?? null,
    mul_tweak: payload.mulTweak ?? null,
    is_raw: true,
    per_commitment_point_idx: draft.index ?? null,
    script: toHex(draft.script),
    transaction: toHex(draft.psbt ?? serialiseTransaction(draft.transaction)),
    amount: Number(draft.amount),
    destination_derivation_path: draft.destinationPath ?? null,
  }
}
