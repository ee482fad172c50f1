import { type Answerer, officialAnswerer, sdkAnswerer, signerAnswerer } from './contestants.ts'
import { equal } from './equal.ts'
import { interleave } from './interleave.ts'
import type { Comparison } from './report.ts'
import { type Call, preimageCall, type Work, type Workload } from './workload.ts'

/** From raw body to the mutation's variables, in one process, nothing sent. */
export async function benchInProcess(
  workload: Workload,
  rounds: number,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = []
  for (const work of workload.works) {
    comparisons.push(await withSigner(workload, work.past, work, rounds))
  }
  comparisons.push(await withSigner(workload, [], undefined, rounds))
  return comparisons
}

/** Compares on one kind of work, or on preimages, which need a hash of the same signer first. */
async function withSigner(
  workload: Workload,
  past: readonly Call[],
  work: Work | undefined,
  rounds: number,
): Promise<Comparison> {
  const signer = await signerAnswerer(workload, past)
  const answerers = [officialAnswerer(workload), sdkAnswerer(workload), signer]
  try {
    return await compare(work ?? (await preimageWork(workload, signer)), answerers, rounds)
  } finally {
    for (const answerer of answerers) await answerer.close()
  }
}

/** Releases of preimages whose nonces the signer drew before. */
async function preimageWork(workload: Workload, signer: Answerer): Promise<Work> {
  const request = workload.works.find(({ name }) => name === 'REQUEST_INVOICE_PAYMENT_HASH')
  if (request === undefined) throw new Error('the workload asks for no payment hash')
  const round = -1
  const answer = JSON.parse(await signer.answer(request.call(round)))
  return {
    name: 'RELEASE_PAYMENT_PREIMAGE',
    call: (at) => preimageCall(workload, `Invoice:${round}`, answer.preimage_nonce, at),
    past: [],
  }
}

async function compare(
  work: Work,
  answerers: readonly Answerer[],
  rounds: number,
): Promise<Comparison> {
  const warmUp = Math.ceil(rounds / 10)
  // Made and signed before the clock runs; each answer is looked at after it has stopped.
  const calls = Array.from({ length: rounds + warmUp }, (_, round) => work.call(round))
  const answers = answerers.map((): string[] => [])
  const timings = await interleave(
    answerers.map(({ name, answer }, at) => ({
      name,
      run: async (round) => {
        answers[at]?.push(await answer(callOf(calls, round)))
      },
    })),
    { rounds, warmUp },
  )
  for (const [at, { name }] of answerers.entries()) {
    for (const [round, answer] of (answers[at] ?? []).entries()) {
      checkAnswer(`${work.name} by ${name}`, work, answer, answers[0]?.[round] ?? '')
    }
  }
  return { name: work.name, baseline: 'official SDK', timings }
}

/** The same answer as the official one's; a payment hash is random and only has to be there. */
export function checkAnswer(label: string, work: Work, answer: string, official: string): void {
  if (work.name !== 'REQUEST_INVOICE_PAYMENT_HASH') equal(label, answer, official)
  else equal(label, /"payment_hash":"[0-9a-f]{64}"/.test(answer), true)
}

/** The call of a round. */
export function callOf(calls: readonly Call[], round: number): Call {
  const call = calls[round]
  if (call === undefined) throw new RangeError(`"round" expected below ${calls.length}`)
  return call
}
