import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { type Owner, openSigner } from './contestants.ts'
import { hostileEvents, largestBody } from './hostile-events.ts'
import { round1 } from './interleave.ts'
import { columns } from './report.ts'
import { wireCall } from './wire-call.ts'

const owner: Owner = { seed: new Uint8Array(32).fill(7), webhookSecret: 'a secret of the bench' }

/** What one event took of the processor, from the raw body to the answer. */
export type EventCost = {
  readonly name: string
  readonly jobs: number
  readonly bodyBytes: number
  readonly verdict: 'signed' | 'declined'
  /** The median of the rounds, and the highest. */
  readonly cpuMillis: number
  readonly highestMillis: number
}

/** Measures the events that are made to cost the most, one after the other. */
export async function benchHostile(rounds: number): Promise<readonly EventCost[]> {
  const signer = await openSigner('boltwarden signer', owner)
  const keys = Keychain.fromSeed(owner.seed, { secp256k1: await loadSecp256k1('auto') })
  const wallet = keys.publicKey({ purpose: 'l1-wallet', coin: 2, change: 0, index: 0 })
  const costs: EventCost[] = []
  try {
    for (const [at, { name, jobs }] of hostileEvents(wallet).entries()) {
      const millis: number[] = []
      const answers = new Set<EventCost['verdict']>()
      let bodyBytes = 0
      // The first one warms up.
      for (let round = 0; round <= rounds; round++) {
        const request = { kind: 'derive-key-and-sign', network: 'REGTEST', jobs } as const
        const call = wireCall(request, {
          id: `hostile-${at}-${round}`,
          nowMs: Date.now(),
          webhookSecret: owner.webhookSecret,
        })
        bodyBytes = call.body.length
        if (bodyBytes > largestBody) throw new RangeError(`"${name}" expected a body that is read`)
        const before = process.cpuUsage()
        const answer = await signer.answer(call)
        const { user, system } = process.cpuUsage(before)
        if (round > 0) millis.push((user + system) / 1000)
        answers.add(answer.includes('signatures') ? 'signed' : 'declined')
      }
      const [verdict = 'declined', other] = answers
      if (other !== undefined) throw new Error(`"${name}" was answered in two ways`)
      const sorted = millis.toSorted((a, b) => a - b)
      costs.push({
        name,
        jobs: jobs.length,
        bodyBytes,
        verdict,
        cpuMillis: round1(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN),
        highestMillis: round1(sorted.at(-1) ?? Number.NaN),
      })
    }
  } finally {
    await signer.close()
  }
  return costs
}

/** The costs as lines of text. */
export function hostileTable(costs: readonly EventCost[]): string {
  const rows = costs.map(({ name, verdict, jobs, bodyBytes, cpuMillis, highestMillis }) => [
    name,
    verdict,
    String(jobs),
    `${round1(bodyBytes / 2 ** 20)} MiB`,
    `${cpuMillis} ms`,
    `${highestMillis} ms`,
  ])
  const header = ['event', 'verdict', 'jobs', 'body', 'processor', 'highest']
  return columns('The most an event can cost the signer, from raw body to answer', header, rows)
}
