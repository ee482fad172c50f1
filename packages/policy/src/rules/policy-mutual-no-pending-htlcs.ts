import { equalBytes } from '@boltwarden/core/bytes'
import { eachClosing } from './closing-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses closes while HTLCs are pending. */
export const policyMutualNoPendingHtlcs: Rule<'policy-mutual-no-pending-htlcs'> = defineRule({
  tag: 'policy-mutual-no-pending-htlcs',
  summary: "a closing transaction while the counterparty's last commitment has an HTLC",
  why: 'An HTLC that is closed over is lost for whom it would have paid.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#closing-initiation-shutdown',
  limits:
    'HTLCs without an output are not seen. A close that was signed before is signed again: what came after it was never paid.',
  check: eachClosing((closing, last, { view }) => {
    if (last === undefined || last.htlcs.length === 0) return []
    const { closings = [] } = view.channels.get(closing.channel) ?? {}
    const isSigned = closings.some(({ txid }) => equalBytes(txid, closing.txid))
    return isSigned ? [] : [`${last.htlcs.length} HTLCs are pending`]
  }),
})
