import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { txid } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import {
  type ChannelId,
  type ChannelManager,
  type Event_FundingGenerationReady,
  OutPoint,
  Result_ChannelIdAPIErrorZ_Err,
  Result_NoneAPIErrorZ_Err,
} from 'lightningdevkit'
import { describeApiError } from '../ldk/api-error.ts'
import type { Composition, Wallet } from '../wallet/wallet.ts'
import type { ChainLink } from './chain-link.ts'
import { channelConfig } from './config.ts'
import type { Errands } from './errands.ts'
import type { FeeRates } from './fee-rates.ts'
import { NodeError } from './node-error.ts'

/** What an opener proposes. */
export type OpeningTerms = {
  readonly capacitySats: bigint
  /** What the counterparty has from the start, in millisatoshis. */
  readonly pushMsat?: bigint
  readonly kind: CommitmentType
}

/** What opening a channel takes. */
export type OpeningParts = {
  readonly manager: ChannelManager
  readonly wallet: Wallet
  readonly chain: ChainLink
  readonly fees: FeeRates
  readonly errands: Errands
  readonly note: (line: string) => void
}

/** Opens channels, and funds them when both sides have signed the initial commitment. */
export type ChannelOpening = {
  /** @returns the number by which the node knows the channel. */
  readonly propose: (peer: string, terms: OpeningTerms) => bigint
  readonly accept: (temporaryId: ChannelId, peer: Uint8Array) => void
  readonly fund: (request: Event_FundingGenerationReady) => void
  readonly broadcast: (userChannelId: bigint) => void
  /** The last number that was given to a channel. */
  readonly last: () => bigint
}

/**
 * The funding transaction is made at once, but signed only when LDK says that its broadcast is
 * safe: by then the signer has signed the initial commitment, and can see what it funds.
 */
export function createOpening(parts: OpeningParts, lastUserChannelId = 0n): ChannelOpening {
  const { manager, wallet, chain, fees, errands, note } = parts
  const last = { userChannelId: lastUserChannelId }
  const compositions = new Map<bigint, Composition>()
  const newUserChannelId = () => {
    last.userChannelId += 1n
    return last.userChannelId
  }
  return {
    last: () => last.userChannelId,
    propose: (peer, { capacitySats, pushMsat = 0n, kind }) => {
      const userChannelId = newUserChannelId()
      const created = manager.create_channel(
        hexToBytes(peer),
        capacitySats,
        pushMsat,
        userChannelId,
        null,
        channelConfig(kind),
      )
      if (created instanceof Result_ChannelIdAPIErrorZ_Err) {
        throw new NodeError(`no channel is opened: ${describeApiError(created.err)}`)
      }
      return userChannelId
    },
    accept: (temporaryId, peer) => {
      const accepted = manager.accept_inbound_channel(temporaryId, peer, newUserChannelId())
      if (accepted instanceof Result_NoneAPIErrorZ_Err) {
        note(`a channel is not accepted: ${describeApiError(accepted.err)}`)
      }
    },
    fund: (request) => {
      const output = {
        value: sats(request.channel_value_satoshis),
        scriptPubKey: request.output_script,
      }
      const composition = wallet.compose([output], fees.current())
      compositions.set(request.user_channel_id, composition)
      const id = transactionId(composition.transaction)
      const funded = manager.unsafe_manual_funding_transaction_generated(
        request.temporary_channel_id,
        request.counterparty_node_id,
        OutPoint.constructor_new(txid(id), 0),
      )
      if (funded instanceof Result_NoneAPIErrorZ_Err) {
        wallet.release(composition)
        throw new NodeError(`the channel is not funded: ${describeApiError(funded.err)}`)
      }
    },
    broadcast: (userChannelId) => {
      const composition = compositions.get(userChannelId)
      if (composition === undefined) return
      errands.add(() => {
        const signed = wallet.sign(composition)
        if (signed === undefined) return false
        compositions.delete(userChannelId)
        const refusal = chain.broadcast([signed])
        note(`funding ${toHex(transactionId(composition.transaction))}: ${refusal ?? 'sent'}`)
        return true
      })
    },
  }
}
