import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { digest } from '@boltwarden/core/bytes'
import { payloadId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { sats } from '@boltwarden/core/units'
import { violationsOf } from '@boltwarden/policy/decision'
import { maxEventDigests } from '@boltwarden/policy/facts/digest'
import { EventTransactions } from '@boltwarden/policy/facts/event-transactions'
import { createPolicy } from '@boltwarden/policy/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcome } from './honest.ts'
import {
  asking,
  asPsbt,
  change,
  coin,
  pays,
  receive,
  scriptOf,
  spendingTransaction,
  stranger,
  walletJob,
} from './onchain.ts'
import { Signer } from './signer.ts'

const wrong = digest(new Uint8Array(32))

function newSigner(): Signer {
  const signer = new Signer(new Uint8Array(32).fill(6), 'REGTEST')
  signer.policy = createPolicy({ onchain: { maxTransactionWeight: 4_000_000 } })
  return signer
}

/** A withdrawal to ourselves of many coins, with one job for each input, in this order. */
function consolidation(signer: Signer, inputs: number, order: (at: number) => number = (at) => at) {
  const coins = Array.from({ length: inputs }, (_, at) => coin(`coin ${at}`, 10_000n + BigInt(at)))
  const total = coins.reduce((sum, { amount }) => sum + amount, 0n)
  const outputs = [pays(total - 68n * BigInt(inputs) - 100n, scriptOf(signer, change(0)))]
  const transaction = spendingTransaction(coins, outputs)
  const jobs = coins.map((_, at) => {
    const input = order(at)
    const spent = coins[input]
    if (spent === undefined) throw new RangeError(`"order" expected below ${inputs}`)
    return walletJob(signer, receive(input), transaction, spent, input)
  })
  return { transaction, coins, jobs }
}

describe('what jobs of one transaction share', () => {
  test('equal bytes are one transaction, wherever they stand', () => {
    const signer = newSigner()
    const { jobs } = consolidation(signer, 3)
    const other = consolidation(signer, 2).jobs
    const mixed = [...jobs.slice(0, 2), ...other, ...jobs.slice(2)]
    const bytes = new Set(mixed.map(({ transaction }) => transaction))
    expect(bytes.size).toBe(5)
    const transactions = EventTransactions.of(mixed)
    expect(new Set(mixed.map((job) => transactions.parsed(job))).size).toBe(2)
    expect(EventTransactions.of(mixed)).toBe(transactions)
    expect(EventTransactions.of([...mixed])).not.toBe(transactions)
    const facts = signer.facts(asking(mixed)).jobs
    expect(new Set(facts.map(({ transaction }) => transaction)).size).toBe(2)
  })

  test('what does not parse is refused for each job', () => {
    const signer = newSigner()
    const jobs = consolidation(signer, 3).jobs.map((job) => ({
      ...job,
      transaction: new Uint8Array(3),
    }))
    const { decision } = signer.decide(asking(jobs))
    expect(violationsOf(decision).map(({ job }) => job)).toEqual(jobs.map(({ id }) => id))
  })
})

describe('a withdrawal with one job for each input', () => {
  test.each([
    ['in order', (at: number) => at],
    ['against the order', (at: number) => 149 - at],
    ['scattered', (at: number) => (at * 67) % 150],
  ])('of 150 inputs, %s, is signed', (_name, order) => {
    const signer = newSigner()
    const { jobs } = consolidation(signer, 150, order)
    const facts = signer.facts(asking(jobs))
    expect(facts.jobs.map(({ match }) => match?.inputIndex)).toEqual(jobs.map((_, at) => order(at)))
    expect(outcome(signer.decide(asking(jobs)))).toEqual(['sign'])
  })

  test('as PSBTs too', () => {
    const signer = newSigner()
    const { jobs, transaction, coins } = consolidation(signer, 150)
    const utxos = coins.map(({ amount }, at) => pays(amount, scriptOf(signer, receive(at))))
    const delivery = asking(jobs.map((job) => asPsbt(job, transaction, utxos)))
    expect(outcome(signer.decide(delivery))).toEqual(['sign'])
  })

  test('is within the limit in any order, at the most inputs that a body holds', () => {
    // Twice the bytes in hex, 41 for each input; the job around it takes more than 200.
    const largestBody = 8_388_608
    let inputs = 1
    while ((inputs + 1) * (2 * 41 * (inputs + 1) + 200) <= largestBody) inputs++
    expect((inputs * (inputs + 1)) / 2).toBeLessThanOrEqual(maxEventDigests)
    const signer = newSigner()
    const order = fc.shuffledSubarray([...Array(inputs).keys()], { minLength: inputs })
    const [shuffled] = fc.sample(order, { numRuns: 1, seed: 3 })
    const { jobs } = consolidation(signer, inputs, (at) => shuffled?.[at] ?? 0)
    expect(signer.facts(asking(jobs))).toMatchObject({ exceedsDigests: false })
  })
})

describe('jobs that take too many digests', () => {
  /** Jobs that sign none of the many inputs they show. */
  function searching(signer: Signer, inputs: number, count: number): readonly SigningJob[] {
    const { jobs } = consolidation(signer, inputs)
    return Array.from({ length: count }, (_, at) => {
      const job = jobs[at % inputs]
      if (job === undefined) throw new RangeError('"inputs" expected at least 1')
      return { ...job, id: payloadId(`searching-${at}`), message: wrong }
    })
  }

  test('are refused for that alone, and say so', () => {
    const signer = newSigner()
    const delivery = asking(searching(signer, 300, 300))
    expect(signer.facts(delivery)).toMatchObject({ jobs: [], exceedsDigests: true })
    expect(signer.decide(delivery).decision).toEqual({
      verdict: 'decline',
      violations: [
        {
          tag: 'policy-lightspark-batch',
          message: 'finding what the jobs sign takes more than 65536 digests',
        },
      ],
    })
  })

  test('are refused in the same way where nearly all of them are honest', () => {
    const signer = newSigner()
    const honest = consolidation(signer, 300).jobs
    const delivery = asking([...honest, ...searching(signer, 300, 250)])
    expect(outcome(signer.decide(delivery))).toEqual(['decline', 'policy-lightspark-batch'])
  })

  test('are refused in observe mode as well', () => {
    const signer = newSigner()
    signer.policy = createPolicy({ mode: 'observe' })
    const delivery = asking(searching(signer, 300, 300))
    expect(outcome(signer.decide(delivery))).toEqual(['decline', 'policy-lightspark-batch'])
  })

  test('are all looked at below the limit: every violation is told', () => {
    const signer = newSigner()
    const { decision } = signer.decide(asking(searching(signer, 100, 200)))
    expect(violationsOf(decision)).toHaveLength(200)
  })

  test('the largest transaction once is below the limit', () => {
    const signer = newSigner()
    const coins = Array.from({ length: 9_700 }, (_, at) => coin(`coin ${at}`, 10_000n))
    const transaction = spendingTransaction(coins, [pays(1000n, stranger(1))])
    expect(serialiseTransaction(transaction).length).toBeGreaterThan(397_000)
    const job = walletJob(signer, receive(0), transaction, coin('', 10_000n), 9_699)
    const facts = signer.facts(asking([job]))
    expect(facts.jobs.map(({ match }) => match?.inputIndex)).toEqual([9_699])
  })
})

describe('transactions of many outputs', () => {
  test.each([0n, 10_000_000n])('are judged in time, with %d sat for unlinked fundings', (limit) => {
    const signer = newSigner()
    signer.policy = createPolicy({ onchain: { unlinkedFundingMaxSats: sats(limit) } })
    const jobs = Array.from({ length: 5 }, (_, at) => {
      const spent = coin(`coin ${at}`, 10_000_000n)
      const outputs = Array.from({ length: 9_300 }, (_, out) =>
        pays(600n, p2wsh(Uint8Array.of(at, out & 255, out >> 8))),
      )
      return walletJob(signer, receive(at), spendingTransaction([spent], outputs), spent)
    })
    const before = process.cpuUsage()
    expect(signer.decide(asking(jobs)).decision.verdict).toBe('decline')
    const { user, system } = process.cpuUsage(before)
    // About one second; comparing each output with all those before takes most of a minute.
    expect((user + system) / 1_000_000).toBeLessThan(10)
  })
})
