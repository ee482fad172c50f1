import { addressOf } from '@boltwarden/core/bitcoin/address'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Network } from '@boltwarden/core/network'
import { type Announcement, NotPlayed, type Owner } from './stage.ts'

/** Where a signer takes orders of its owner. */
export type AdminAccess = {
  readonly url: string
  readonly token: string
  readonly network: Network
}

/** An owner who is away: what needs one is not played. */
export const absentOwner: Owner = {
  announce: () => Promise.reject(new NotPlayed('no admin API to announce it with')),
  restart: () => Promise.reject(new NotPlayed('nobody to restart the signer')),
}

/** An owner who announces through the signer's admin API. */
export function ownerWith(
  admin: AdminAccess,
  restart: Owner['restart'] = absentOwner.restart,
): Owner {
  return { announce: (intent) => announce(admin, intent), restart }
}

async function announce(admin: AdminAccess, intent: Announcement): Promise<void> {
  const response = await fetch(`${admin.url}/intents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` },
    body: JSON.stringify(termsOf(admin.network, intent)),
  })
  if (!response.ok) throw new NotPlayed(`the admin API answered ${response.status}`)
}

function termsOf(network: Network, intent: Announcement) {
  const { kind } = intent
  if (kind === 'withdrawal') {
    const address = addressOf(hexToBytes(intent.script), network)
    return { kind, address, amount_sats: Number(intent.amountSats) }
  }
  return {
    kind,
    payment_hash: intent.paymentHash,
    max_amount_sats: Number(intent.maxAmountSats),
    max_fee_sats: 0,
  }
}
