import { digest } from '@boltwarden/core/bytes'
import { payloadId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { commitmentIndex, sats } from '@boltwarden/core/units'
import type { JsonValue } from '../json/json-value.ts'
import { boolean, field, hex, object, optional, optionalText } from '../json/shape.ts'
import { withExtraFields } from './extra-fields.ts'
import type { BothNames } from './names.ts'
import { wireBytes } from './wire-bytes.ts'
import { hash32Field, idField, indexField, pathField, satsField } from './wire-field.ts'

/** One thing to sign, as the wire states it: bytes are hex, amounts satoshis. */
export type SigningJobData = BothNames<{
  readonly id: string
  readonly derivationPath: string
  /** The 32 bytes to sign. */
  readonly message: string
  /** 32 bytes that are added to the key, after {@link mulTweak}. */
  readonly addTweak: string | undefined
  /** 32 bytes that the key is multiplied with. */
  readonly mulTweak: string | undefined
  /** Whether `message` is the digest itself; so it is where the wire does not say. */
  readonly isRaw: boolean
  readonly perCommitmentPointIdx: number | undefined
  /** Witness script of the spent output; for P2WPKH its scriptPubKey or its script code. */
  readonly script: string | undefined
  /** The unsigned transaction, or a PSBT of it. */
  readonly transaction: string | undefined
  /** Value of the spent output, in satoshis. */
  readonly amount: number | undefined
  /** Path of our own key that an output must pay. */
  readonly destinationDerivationPath: string | undefined
}>

const optionalHex = optionalText(hex())
const optionalTweak = optionalText(hash32Field)
const optionalIndex = optional(indexField)
const optionalAmount = optional(satsField)
const optionalPath = optionalText(pathField)
const optionalBoolean = optional(boolean)

/** Reads one element of `signing_jobs`. */
export function signingJobField(value: JsonValue | undefined, path: string): SigningJobData {
  const raw = object(value, path)
  const derivationPath = field(raw, path, 'derivation_path', pathField)
  const addTweak = field(raw, path, 'add_tweak', optionalTweak)
  const mulTweak = field(raw, path, 'mul_tweak', optionalTweak)
  const isRaw = field(raw, path, 'is_raw', optionalBoolean) ?? true
  const index = field(raw, path, 'per_commitment_point_idx', optionalIndex)
  const destination = field(raw, path, 'destination_derivation_path', optionalPath)
  const job = {
    id: field(raw, path, 'id', idField),
    derivationPath,
    derivation_path: derivationPath,
    message: field(raw, path, 'message', hash32Field),
    addTweak,
    add_tweak: addTweak,
    mulTweak,
    mul_tweak: mulTweak,
    isRaw,
    is_raw: isRaw,
    perCommitmentPointIdx: index,
    per_commitment_point_idx: index,
    script: field(raw, path, 'script', optionalHex),
    transaction: field(raw, path, 'transaction', optionalHex),
    amount: field(raw, path, 'amount', optionalAmount),
    destinationDerivationPath: destination,
    destination_derivation_path: destination,
  }
  return withExtraFields(job, raw)
}

/** The job in the words of the core. */
export function toSigningJob(job: SigningJobData): SigningJob {
  return {
    id: payloadId(job.id),
    path: job.derivationPath,
    message: digest(wireBytes(job.message)),
    isRaw: job.isRaw,
    ...(job.addTweak !== undefined && { addTweak: wireBytes(job.addTweak) }),
    ...(job.mulTweak !== undefined && { mulTweak: wireBytes(job.mulTweak) }),
    ...(job.perCommitmentPointIdx !== undefined && {
      index: commitmentIndex(job.perCommitmentPointIdx),
    }),
    ...(job.script !== undefined && { script: wireBytes(job.script) }),
    ...(job.transaction !== undefined && { transaction: wireBytes(job.transaction) }),
    ...(job.amount !== undefined && { amount: sats(BigInt(job.amount)) }),
    ...(job.destinationDerivationPath !== undefined && {
      destinationPath: job.destinationDerivationPath,
    }),
  }
}
