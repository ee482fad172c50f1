import type { SighashType } from '@boltwarden/core/bitcoin/bip143'
import { parseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { type PublicKey, publicKey, type Tweak, tweak } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { type CommitmentIndex, commitmentIndex, sats } from '@boltwarden/core/units'
import type { JobDraft } from '../../channel/job.ts'
import { LdkError } from '../ldk/ldk-error.ts'
import type { RemoteChannel } from './channels.ts'

/** A channel's keys by the last step of their path, in the order of BOLT 3's basepoints. */
const keySteps = {
  funding: 0,
  revocationBasepoint: 1,
  payment: 2,
  delayedPaymentBasepoint: 3,
  htlcBasepoint: 4,
} as const

/** The name of one of a channel's keys. */
export type ChannelKeyName = keyof typeof keySteps

/** The path and public key of one of a channel's keys. */
export function channelKey(
  channel: RemoteChannel,
  name: ChannelKeyName,
): { readonly path: string; readonly publicKey: PublicKey } {
  return {
    path: `m/3/${channel.number}/${keySteps[name]}`,
    publicKey: publicKey(hexToBytes(channel.keys[name])),
  }
}

/** One signature of a transaction of LDK's. */
export type Spending = {
  readonly transaction: Uint8Array
  readonly input?: number
  readonly script: Uint8Array
  readonly amount: bigint
  readonly index?: bigint
  readonly addTweak?: Uint8Array
  readonly mulTweak?: Uint8Array
  readonly sighash?: SighashType
}

/** The draft of a job for one of the channel's keys. */
export function draftJob(
  channel: RemoteChannel,
  name: ChannelKeyName,
  spending: Spending,
): JobDraft {
  const { input = 0, index, addTweak, mulTweak, sighash, amount, script } = spending
  return {
    ...channelKey(channel, name),
    transaction: readTransaction(spending.transaction),
    inputIndex: input,
    script,
    amount: sats(amount),
    ...(index !== undefined && { index: toIndex(index) }),
    ...(addTweak && { addTweak: toTweak(addTweak) }),
    ...(mulTweak && { mulTweak: toTweak(mulTweak) }),
    ...(sighash && { sighash }),
  }
}

/** A transaction as LDK serialises it, without what it signed so far. */
export function readTransaction(bytes: Uint8Array): Transaction {
  const parsed = parseTransaction(bytes)
  if (!parsed.ok) throw new LdkError(`LDK's transaction cannot be read: ${parsed.error.message}`)
  const { inputs } = parsed.value
  return { ...parsed.value, inputs: inputs.map((input) => ({ ...input, witness: [] })) }
}

function toIndex(index: bigint): CommitmentIndex {
  return commitmentIndex(Number(index))
}

function toTweak(bytes: Uint8Array): Tweak {
  return tweak(bytes)
}
