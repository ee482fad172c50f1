import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { callOf, checkAnswer } from './events-in-process.ts'
import { interleave, summarise, type Timing } from './interleave.ts'
import type { Comparison } from './report.ts'
import {
  type Platform,
  type Signer,
  startBoltwarden,
  startOfficial,
  startPlatform,
} from './servers.ts'
import { type Call, preimageCall, type Work, type Workload } from './workload.ts'

/** How many calls are under way at once in the second half. */
export const inFlight = 64
/** How many calls each contestant gets before the other's turn in the second half. */
const windowCalls = 256

/**
 * From the webhook's request to its reply, the mutation delivered in between: both as processes of
 * their own, against the same platform; one call at a time, then sixty-four.
 */
export async function benchOverHttp(
  workload: Workload,
  { rounds, windows }: { readonly rounds: number; readonly windows: number },
): Promise<{ readonly sequential: readonly Comparison[]; readonly concurrent: Comparison }> {
  const platform = await startPlatform()
  const official = await startOfficial(workload, platform)
  try {
    const sequential: Comparison[] = []
    const using = async <T>(past: readonly Call[], use: (own: Signer) => Promise<T>) => {
      const own = await startBoltwarden(workload, platform)
      try {
        for (const call of past) await post(own, call)
        platform.take()
        return await use(own)
      } finally {
        own.close()
      }
    }
    for (const work of workload.works) {
      sequential.push(
        await using(work.past, (own) => oneByOne(work, [official, own], platform, rounds)),
      )
    }
    sequential.push(
      await using([], async (own) => {
        const work = await preimageWork(workload, own, platform)
        return oneByOne(work, [official, own], platform, rounds)
      }),
    )
    const end = workload.works.filter(({ name }) => mixable.has(name))
    const past = workload.works.map((work) => work.past).toSorted((a, b) => b.length - a.length)[0]
    const concurrent = await using(past ?? [], (own) => allAtOnce(end, [official, own], windows))
    return { sequential, concurrent }
  } finally {
    official.close()
    platform.close()
  }
}

/** What stays honest at the end of the recorded life, so that it can be asked in any order. */
export const mixable: ReadonlySet<string> = new Set([
  'GET_PER_COMMITMENT_POINT',
  'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
  'REQUEST_INVOICE_PAYMENT_HASH',
  'DERIVE_KEY_AND_SIGN, justice',
  'DERIVE_KEY_AND_SIGN, a sweep',
])

async function oneByOne(
  work: Work,
  signers: readonly Signer[],
  platform: Platform,
  rounds: number,
): Promise<Comparison> {
  const warmUp = Math.ceil(rounds / 10)
  const calls = Array.from({ length: rounds + warmUp }, (_, round) => work.call(round))
  const answers = signers.map((): string[] => [])
  const timings = await interleave(
    signers.map((signer, at) => ({
      name: signer.name,
      run: async (round) => {
        await post(signer, callOf(calls, round))
        answers[at]?.push(...platform.take())
      },
    })),
    { rounds, warmUp },
  )
  for (const [at, { name }] of signers.entries()) {
    for (const [round, answer] of (answers[at] ?? []).entries()) {
      checkAnswer(`${work.name} by ${name}`, work, answer, answers[0]?.[round] ?? '')
    }
  }
  return { name: work.name, baseline: 'official SDK', timings }
}

/** Windows of mixed calls, the contestants in turns; the rate is of the time that a window takes. */
async function allAtOnce(
  works: readonly Work[],
  signers: readonly Signer[],
  windows: number,
): Promise<Comparison> {
  const micros = signers.map((): number[] => [])
  const seconds = signers.map(() => 0)
  for (let window = 0; window < windows; window++) {
    const first = 1_000_000 + window * windowCalls
    const calls = Array.from({ length: windowCalls }, (_, at) => mixed(works, first + at))
    for (const [at, signer] of signers.entries()) {
      const started = performance.now()
      micros[at]?.push(...(await postAll(signer, calls)))
      // The first window warms up.
      if (window === 0) micros[at] = []
      else seconds[at] = (seconds[at] ?? 0) + (performance.now() - started) / 1000
    }
  }
  const timings = signers.map(({ name }, at): Timing => {
    const rate = ((windows - 1) * windowCalls) / (seconds[at] ?? 0)
    return { ...summarise(name, micros[at] ?? []), opsPerSecond: Math.round(rate * 10) / 10 }
  })
  return { name: `five kinds, ${inFlight} in flight`, baseline: 'official SDK', timings }
}

/** The call of a round, the kinds in turns. */
export function mixed(works: readonly Work[], round: number): Call {
  const work = works[round % works.length]
  if (work === undefined) throw new Error('there is no work')
  return work.call(round)
}

/** Posts all, {@link inFlight} at a time; gives what each took, in microseconds. */
async function postAll(signer: Signer, calls: readonly Call[]): Promise<readonly number[]> {
  const micros: number[] = []
  const left = calls.values()
  const worker = async () => {
    for (const call of left) {
      const started = performance.now()
      await post(signer, call)
      micros.push((performance.now() - started) * 1000)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return micros
}

// `fetch` would cost more than what is measured.
const agent = new Agent({ keepAlive: true })

/** Posts a call; rejects where the reply is no success. */
export function post({ name, url }: Signer, { body, signature }: Call): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    'lightspark-signature': signature,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, async (response) => {
      const reply = await text(response)
      const { statusCode = 0 } = response
      if (statusCode >= 200 && statusCode <= 299) resolve()
      else reject(new Error(`${name} replied ${statusCode}: ${reply}`))
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** Releases of a preimage whose nonce our signer drew before. */
async function preimageWork(workload: Workload, own: Signer, platform: Platform): Promise<Work> {
  const request = workload.works.find(({ name }) => name === 'REQUEST_INVOICE_PAYMENT_HASH')
  if (request === undefined) throw new Error('the workload asks for no payment hash')
  const round = -1
  platform.take()
  await post(own, request.call(round))
  const { preimage_nonce: nonce } = JSON.parse(platform.take()[0] ?? '{}')
  return {
    name: 'RELEASE_PAYMENT_PREIMAGE',
    call: (at) => preimageCall(workload, `Invoice:${round}`, String(nonce), at),
    past: [],
  }
}
