import { bip143Digest, type SighashType } from '@boltwarden/core/bitcoin/bip143'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import type { SigningJob } from '@boltwarden/core/request'
import { type Honest, outcome, signing } from './honest.ts'

/** Every shape of honest signing job: name, scenario, label. */
export const shapes = [
  ['l1 wallet', 'open-anchors', 'l1_wallet', 0],
  ['counterparty commitment', 'receive-legacy', 'sign_counterparty_commitment', 0],
  ['closing', 'coop-close-anchors', 'sign_closing_transaction', 0],
  ['holder commitment', 'force-close-by-us-legacy', 'sign_holder_commitment', 0],
  ['holder HTLC', 'force-close-by-us-anchors', 'sign_holder_htlc_transaction', 0],
  ['HTLC claim', 'force-close-by-peer-legacy', 'sign_counterparty_htlc_transaction', 0],
  ['delayed sweep', 'force-close-by-us-legacy', 'sweep_delayed', 0],
  ['to_remote sweep', 'force-close-by-peer-anchors', 'sweep_static_payment', 0],
  ['to_remote P2WPKH sweep', 'force-close-by-peer-legacy', 'sweep_static_payment', 0],
  ['justice', 'justice-anchors', 'sign_justice_revoked_output', 0],
  ['justice of an HTLC', 'justice-legacy', 'sign_justice_revoked_htlc', 0],
  ['destination', 'coop-close-legacy', 'sweep_static', 0],
] as const

export const commitment = () => signing('receive-legacy', 'sign_counterparty_commitment')
export const wallet = () => signing('open-anchors', 'l1_wallet')

/** A commitment of an anchor channel with HTLC jobs beside it. */
export function withHtlc(name = 'receive-anchors'): Honest<'derive-key-and-sign'> {
  const scenario = signing(name, 'sign_counterparty_commitment').scenario
  const at = scenario.events.findIndex(
    ({ delivery: { request } }) =>
      request.kind === 'derive-key-and-sign' && request.jobs.length > 1,
  )
  const wanted = scenario.events[at]?.delivery
  if (wanted?.request.kind !== 'derive-key-and-sign') throw new RangeError('no HTLC')
  const honest = signing(name, 'sign_counterparty_commitment')
  honest.signer.play(scenario, at)
  return { ...honest, delivery: { ...wanted, request: wanted.request } }
}

/** The outcome of a delivery. */
export function decide(
  { signer }: Honest<'derive-key-and-sign'>,
  delivery: Parameters<typeof signer.decide>[0],
) {
  return outcome(signer.decide(delivery))
}

/** The job's message computed anew, after its transaction, script or amount was changed. */
export function resigned(job: SigningJob, sighash: SighashType = 'all'): SigningJob {
  const unsigned = parseUnsignedTransaction(job.transaction ?? new Uint8Array())
  if (!unsigned.ok || job.script === undefined || job.amount === undefined) {
    throw new RangeError('not signable')
  }
  const message = bip143Digest(unsigned.value.transaction, 0, job.script, job.amount, sighash)
  return { ...job, message }
}
