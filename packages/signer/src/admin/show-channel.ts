import { nextIndex } from '@boltwarden/core/bolt3/counterparty-secrets'
import { toHex } from '@boltwarden/core/hex'
import { maxCommitmentIndex } from '@boltwarden/core/units'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'

/** A transaction's id as block explorers show it. */
function shownTxid(id: Uint8Array): string {
  return toHex(id.slice().reverse())
}

/** What was learnt of a channel, as the admin API shows it. */
export function showChannel(state: ChannelState) {
  const { channel, funding, lastReleased } = state
  const nextRevealed = nextIndex(state.counterpartySecrets)
  return {
    channel,
    path: `m/3/${channel}`,
    id: state.id,
    node: state.node,
    origin: state.origin,
    holder: {
      lowest_point: state.lowestPoint,
      last_released: lastReleased ?? null,
      next_release: lastReleased === undefined ? maxCommitmentIndex : lastReleased - 1,
      signed_for_broadcast: state.broadcast.map(({ index, txid }) => ({
        index,
        txid: shownTxid(txid),
      })),
    },
    counterparty: {
      next_revealed: nextRevealed ?? null,
      commitments: state.commitments.map(({ number, txid, toHolderSats, feeSats, htlcs }) => ({
        number,
        txid: shownTxid(txid),
        to_holder_sats: Number(toHolderSats),
        fee_sats: Number(feeSats),
        htlcs: htlcs.map(({ way, paymentHash160, amountSats, cltvExpiry }) => ({
          way,
          payment_hash160: toHex(paymentHash160),
          amount_sats: Number(amountSats),
          cltv_expiry: cltvExpiry,
        })),
      })),
    },
    funding:
      funding === undefined
        ? null
        : {
            outpoint: `${shownTxid(funding.txid)}:${funding.vout}`,
            amount_sats: Number(funding.amountSats),
            commitment_type: funding.commitmentType,
            counterparty_key: toHex(funding.counterpartyKey),
            initial_to_holder_sats: Number(funding.initialToHolderSats),
          },
    closings: state.closings.map(({ txid, toHolderSats }) => ({
      txid: shownTxid(txid),
      to_holder_sats: Number(toHolderSats),
    })),
  }
}

/** What was learnt of a channel. */
export type ShownChannel = ReturnType<typeof showChannel>
