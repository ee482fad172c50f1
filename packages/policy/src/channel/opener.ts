import { equalBytes } from '@boltwarden/core/bytes'
import type { ChannelState } from '../state/channel-state.ts'
import { fundingScriptPubKey, type Opener, openerOf } from '../state/funding.ts'
import type { NodeState, UnlinkedFunding } from '../state/node-state.ts'
import type { CommitmentFacts } from './commitment-facts.ts'

/**
 * Who opened a channel, which is not sent. The L1 wallet pays for the channels that we open, before
 * or after their first commitment, and who opens one has the money in it at first.
 */
export function openerOfChannel(
  facts: CommitmentFacts,
  state: ChannelState | undefined,
  node: NodeState,
): Opener {
  const { txid, vout } = facts.input
  const isPaid = node.paidFundings.some((paid) => paid.vout === vout && equalBytes(paid.txid, txid))
  if (isPaid) return 'holder'
  if (state?.funding !== undefined) return openerOf(state.funding)
  if (walletFunding(facts, node) !== undefined) return 'holder'
  if (state === undefined || state.origin === 'adopted') return 'unknown'
  const has = (wanted: string) => facts.outputs.some(({ kind }) => kind === wanted)
  if (!has('to-holder')) return 'counterparty'
  return has('script') ? 'probably-counterparty' : 'unknown'
}

/** The output of the L1 wallet that a commitment spends, where none had shown it before. */
export function walletFunding(
  facts: CommitmentFacts,
  { unlinkedFundings }: NodeState,
): UnlinkedFunding | undefined {
  const script = fundingScriptPubKey(facts)
  return unlinkedFundings.find(
    (funding) =>
      funding.vout === facts.input.vout &&
      funding.amountSats === facts.amountSats &&
      equalBytes(funding.txid, facts.input.txid) &&
      equalBytes(funding.scriptPubKey, script),
  )
}
