import { type CommitmentNumber, commitmentNumber } from '@boltwarden/core/units'
import {
  type Balances,
  commitmentJob,
  commitmentOf,
  htlcJobs,
  type SideCommitment,
} from '../../channel/commitment.ts'
import type { ChannelTerms, Side } from '../../channel/terms.ts'
import type { Scene } from '../player.ts'
import { askPoint, askRelease, tellSecret } from './commitment-asks.ts'
import { askSignatures } from './signing-asks.ts'

/** A channel in life: its terms and the commitment number that both sides are at. */
export type LiveChannel = {
  readonly terms: ChannelTerms
  readonly number: CommitmentNumber
  readonly balances: Balances
}

/** The counterparty's commitment of that number, with these balances. */
export function counterpartyCommitment(
  scene: Scene,
  terms: ChannelTerms,
  number: CommitmentNumber,
  balances: Balances,
): SideCommitment {
  return commitmentOf(scene.secp256k1, terms, balances, {
    broadcaster: 'counterparty',
    number,
    point: terms.counterparty.point(number),
  })
}

/** Asks for the signatures of the counterparty's commitment and of its HTLCs. */
export async function askCommitment(
  scene: Scene,
  terms: ChannelTerms,
  number: CommitmentNumber,
  balances: Balances,
): Promise<void> {
  const commitment = counterpartyCommitment(scene, terms, number, balances)
  const htlcs = htlcJobs(terms, commitment)
  const with_ = htlcs.length === 0 ? '' : ` with ${htlcs.length} HTLC${htlcs.length > 1 ? 's' : ''}`
  await askSignatures(scene, terms.channelId, `commitment ${number}${with_}`, [
    commitmentJob(terms, commitment),
    ...htlcs,
  ])
}

/**
 * Both sides move to the next commitment, in BOLT 2's order: who changed something signs first,
 * and each revokes its old commitment once the other has signed the new one.
 *
 * @see https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#normal-operation
 */
export async function exchange(
  scene: Scene,
  { terms, number }: LiveChannel,
  first: Side,
  balances: Balances,
): Promise<LiveChannel> {
  const next = commitmentNumber(number + 1)
  const revokeOurs = async () => {
    await askPoint(scene, terms, number + 2)
    await askRelease(scene, terms, number)
  }
  const signTheirs = async () => {
    await askCommitment(scene, terms, next, balances)
    await tellSecret(scene, terms, number)
  }
  for (const step of first === 'holder' ? [signTheirs, revokeOurs] : [revokeOurs, signTheirs]) {
    await step()
  }
  return { terms, number: next, balances }
}
