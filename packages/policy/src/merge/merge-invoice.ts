import { equalBytes } from '@boltwarden/core/bytes'
import { ok } from '@boltwarden/core/result'
import type { InvoiceState } from '../state/invoice-state.ts'
import { conflicting, lower, type Merged } from './conflict.ts'

/** What two memories of one invoice give: it has one nonce, for ever. */
export function mergeInvoice(ours: InvoiceState, theirs: InvoiceState): Merged<InvoiceState> {
  const isSame =
    ours.invoice === theirs.invoice &&
    equalBytes(ours.nonce, theirs.nonce) &&
    equalBytes(ours.paymentHash, theirs.paymentHash)
  if (!isSame) return conflicting('its nonce differs')
  const releasedAtMs = lower(ours.releasedAtMs, theirs.releasedAtMs)
  return ok({
    ...ours,
    issuedAtMs: Math.min(ours.issuedAtMs, theirs.issuedAtMs),
    ...(releasedAtMs !== undefined && { releasedAtMs }),
  })
}
