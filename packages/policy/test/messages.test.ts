import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { violationsOf } from '@boltwarden/policy/decision'
import type { Judgement } from '@boltwarden/policy/judge'
import { describe, expect, test } from 'vitest'
import { shift } from './channel/balances.ts'
import { opened } from './channel/play.ts'
import { changedJob, signing } from './honest.ts'
import { resigned } from './signing.ts'

const messagesOf = ({ decision }: Judgement) => violationsOf(decision).map((it) => it.message)

// Where a rule has more than one thing to say, it has to say the right one.
describe('what is said of', () => {
  test.each([
    ['holder', 'its fee counted as ours'],
    ['counterparty', 'its fee not ours'],
  ] as const)('a close of a channel that the %s opened: %s', (funder, said) => {
    const play = opened({ type: 'anchors', funder, pushMsat: 400_000_000n })
    shift(play, -50_000n, 50_000n)
    const [message] = messagesOf(play.signer.decide(play.channel.closing(500n)))
    expect(message).toContain(said)
  })

  test.each([
    [1008, 'waits for 1008 blocks, not for'],
    [0x40_0001, 'waits for a time, not for'],
  ])('a claim with a sequence of %i: %s', (sequence, said) => {
    const claim = signing('force-close-by-us-anchors', 'sweep_delayed')
    const hostile = changedJob(claim, (job) => {
      const parsed = parseUnsignedTransaction(job.transaction ?? new Uint8Array())
      if (!parsed.ok) throw new RangeError('no transaction')
      const { transaction } = parsed.value
      const inputs = transaction.inputs.map((input) => ({ ...input, sequence }))
      return resigned({ ...job, transaction: serialiseTransaction({ ...transaction, inputs }) })
    })
    const [message] = messagesOf(claim.signer.decide(hostile))
    expect(message).toContain(said)
  })
})
