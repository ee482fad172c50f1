import type { Spend } from '@boltwarden/core/bolt3/spend'
import type { OnchainJob } from '../onchain/onchain-transaction.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses claims whose relative lock time is not the one that the output asks for. */
export const policySweepSequence: Rule<'policy-sweep-sequence'> = defineRule({
  tag: 'policy-sweep-sequence',
  summary:
    "a claim whose input waits for another number of blocks than the output's script asks for: the delay of a delayed output, 1 for to_remote and HTLCs of anchor channels, at most 1 for anything else",
  why: 'With fewer blocks the claim is not valid; with more, or with a time, it comes too late, and the counterparty takes what it was to claim.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0068.mediawiki',
  limits: 'Inputs that no job of the event signs for are not looked at.',
  check: eachTransaction(['sweep', 'anchor'], ({ onchain: { transaction, jobs } }) =>
    jobs.flatMap((job) => {
      const sequence = transaction.inputs[job.inputIndex]?.sequence ?? 0
      return problems(job, sequence)
    }),
  ),
})

function problems({ facts, purpose, inputIndex }: OnchainJob, sequence: number): readonly string[] {
  if (purpose !== 'sweep' && purpose !== 'anchor') return []
  const wanted = blocksOf(facts.spend)
  const waits = blocksOfSequence(sequence)
  if (waits === wanted || (wanted === 0 && waits === 1)) return []
  return [
    waits === undefined
      ? `input ${inputIndex} waits for a time, not for ${wanted} blocks`
      : `input ${inputIndex} waits for ${waits} blocks, not for ${wanted}`,
  ]
}

/** How many blocks a script asks for. */
function blocksOf(spend: Spend | undefined): number {
  if (spend?.kind === 'to-local-sweep') return spend.script.toSelfDelay
  if (spend?.kind === 'to-remote-sweep') return 1
  return spend?.kind === 'htlc-claim' && spend.script.commitmentType === 'anchors' ? 1 : 0
}

/** How many blocks a sequence waits for; undefined where it waits for a time. */
function blocksOfSequence(sequence: number): number | undefined {
  if (sequence >= 0x8000_0000) return 0
  return (sequence & 0x0040_0000) === 0 ? sequence & 0xffff : undefined
}
