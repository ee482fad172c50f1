import { toHex } from '@boltwarden/core/hex'
import {
  BroadcasterInterface,
  type BumpTransactionEvent,
  BumpTransactionEvent_ChannelClose,
  BumpTransactionEvent_HTLCResolution,
  BumpTransactionEventHandler,
  Wallet as LdkWallet,
  type Logger,
  type SignerProvider,
} from 'lightningdevkit'
import { createBumpSource } from '../wallet/bump-source.ts'
import type { Wallet } from '../wallet/wallet.ts'
import type { Errands } from './errands.ts'

/** What fees of anchor channels are paid with. */
export type BumpingParts = {
  readonly wallet: Wallet
  readonly signerProvider: SignerProvider
  readonly logger: Logger
  readonly errands: Errands
  readonly broadcast: (transactions: readonly Uint8Array[]) => void
  readonly report: (fault: unknown) => void
}

/**
 * Pays the fees of commitments and HTLC transactions of anchor channels. LDK's own code for it
 * gives up where a signature is not there yet, so its request is kept and made again until it
 * broadcasts something; a newer request for the same claim takes its place.
 */
export function createBumping(parts: BumpingParts): (request: BumpTransactionEvent) => void {
  const sent = { last: false }
  const broadcaster = BroadcasterInterface.new_impl({
    broadcast_transactions: (transactions) => {
      sent.last = true
      parts.broadcast(transactions)
    },
  })
  const source = createBumpSource(parts.wallet, parts.report)
  const ldkWallet = LdkWallet.constructor_new(source, parts.logger)
  const handler = BumpTransactionEventHandler.constructor_new(
    broadcaster,
    ldkWallet.as_CoinSelectionSource(),
    parts.signerProvider,
    parts.logger,
  )
  const newest = new Map<string, BumpTransactionEvent>()
  return (request) => {
    const claim = claimOf(request)
    newest.set(claim, request)
    parts.errands.add(() => {
      if (newest.get(claim) !== request) return true
      sent.last = false
      handler.handle_event(request)
      if (sent.last) newest.delete(claim)
      return sent.last
    })
  }
}

function claimOf(request: BumpTransactionEvent): string {
  const isKnown =
    request instanceof BumpTransactionEvent_ChannelClose ||
    request instanceof BumpTransactionEvent_HTLCResolution
  return isKnown ? toHex(request.claim_id) : ''
}
