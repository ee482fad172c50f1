import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { equalBytes } from '@boltwarden/core/bytes'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import { commitmentJob, outputsOf, type SideCommitment } from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { ask, askSignature, signingRequest } from './asking.ts'
import { type EvilAttack, useIfGot } from './attack.ts'
import { completeFunding, confirm, type Taken } from './taking.ts'
import { counterpartyCommitment, oursIn, type Victim } from './victim.ts'

/** How many requests of a race are under way at once. */
const connections = 8

/** The same commitment with our balance in the peer's output, and without an anchor of ours. */
function withoutUs({ terms }: Victim, commitment: SideCommitment): JobDraft {
  const ours = outputsOf(commitment, 'to-remote').reduce((sum, { value }) => sum + value, 0n)
  const anchor = p2wsh(buildAnchor(terms.holder.funding))
  const outputs = commitment.outputs
    .filter(({ kind, scriptPubKey }) => kind !== 'to-remote' && !equalBytes(scriptPubKey, anchor))
    .map(({ kind, value, scriptPubKey }) => ({
      value: kind === 'to-local' ? sats(value + ours) : value,
      scriptPubKey,
    }))
  const transaction = { ...commitment.transaction, outputs }
  return { ...commitmentJob(terms, commitment), transaction }
}

async function carryOut(victim: Victim, draft: JobDraft, ours: Uint8Array): Promise<Taken> {
  const commitment = completeFunding(victim, draft.transaction, ours)
  const height = await confirm(victim.stage, [commitment])
  // Its last output is the largest: the peer's, which has everything.
  const loot = [{ txid: transactionId(commitment), vout: commitment.outputs.length - 1 }]
  return { lostSats: oursIn(victim), how: `a commitment without us in block ${height}`, loot }
}

/** Commitments of the peer's that take what is ours. */
export const commitments: readonly EvilAttack[] = [
  {
    name: 'commitment-without-us',
    story: 'The peer’s next commitment gives it our balance; it signs it too and broadcasts it.',
    refusedBy: ['policy-commitment-singular-to-holder', 'policy-routing-deltas-only-htlc'],
    play: async (victim) => {
      const next = commitmentNumber(victim.number + 1)
      const draft = withoutUs(victim, counterpartyCommitment(victim, next))
      return useIfGot(await askSignature(victim, draft), (ours) => carryOut(victim, draft, ours))
    },
  },
  {
    name: 'two-commitments-at-once',
    story:
      'The last commitment and another of its number, without our balance, are asked for in parallel.',
    refusedBy: ['policy-commitment-retry-same'],
    play: async (victim) => {
      const commitment = counterpartyCommitment(victim, victim.number)
      const honest = commitmentJob(victim.terms, commitment)
      const forged = withoutUs(victim, commitment)
      const asked = await Promise.all(
        Array.from({ length: connections }, (_, at) => {
          const draft = at % 2 === 0 ? honest : forged
          const { event, got } = signingRequest(victim, victim.terms.channelId, [draft])
          return ask(victim, event, () => (draft === forged ? got()?.[0] : undefined))
        }),
      )
      const first = asked.find(({ got }) => got() !== undefined)
      const all = {
        sequence: first?.sequence ?? -1,
        rules: [...new Set(asked.flatMap(({ rules }) => rules))],
        got: () => asked.flatMap(({ got }) => got() ?? [])[0],
      }
      const outcome = await useIfGot(all, (ours) => carryOut(victim, forged, ours))
      return { ...outcome, sequences: asked.map(({ sequence }) => sequence) }
    },
  },
]
