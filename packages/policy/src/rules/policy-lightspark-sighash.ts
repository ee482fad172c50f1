import type { JobFacts } from '../facts/job-facts.ts'
import { defineRule, eachJob, type Rule } from './rule.ts'

/** Refuses messages that are not the digest of what the job shows. */
export const policyLightsparkSighash: Rule<'policy-lightspark-sighash'> = defineRule({
  tag: 'policy-lightspark-sighash',
  summary:
    "a message that is not the BIP 143 digest of the job's transaction, one of its inputs, script and amount with SIGHASH_ALL, or with SINGLE|ANYONECANPAY where it is a counterparty's HTLC transaction of an anchor channel; a job without transaction, script or amount; a PSBT that contradicts its job",
  why: 'What is shown is worthless unless it is what is signed. With SINGLE|ANYONECANPAY others may add inputs and outputs, which BOLT 3 wants in one place only.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki',
  limits:
    'The job names neither the input nor the type: every input is tried with both. The amounts of the other inputs are not sent, so the fee of a transaction with several inputs is not known from one job.',
  check: eachJob(problems),
})

function problems(facts: JobFacts): readonly string[] {
  const { job, transaction, match, contradictions } = facts
  const missing = [
    transaction === undefined && 'transaction',
    job.script === undefined && 'script',
    job.amount === undefined && 'amount',
  ].filter((name) => name !== false)
  if (missing.length > 0) return [`the job lacks ${missing.join(', ')}`]
  if (transaction?.ok === false) {
    const { message, offset } = transaction.error
    return [`the transaction does not parse at byte ${offset}: ${message}`]
  }
  if (match === undefined) return ['the message is not the digest of an input of the transaction']
  if (match.sighash === 'single-anyonecanpay' && !isCounterpartyHtlc(facts)) {
    return ['SINGLE|ANYONECANPAY is for HTLC transactions of an anchor counterparty only']
  }
  return contradictions
}

function isCounterpartyHtlc({ spend }: JobFacts): boolean {
  return (
    spend?.kind === 'htlc-transaction' &&
    spend.signer === 'countersignatory' &&
    spend.script.commitmentType === 'anchors'
  )
}
