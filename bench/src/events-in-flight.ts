import { officialAnswerer, signerAnswerer } from './contestants.ts'
import { checkAnswer } from './events-in-process.ts'
import { summarise } from './interleave.ts'
import type { Comparison } from './report.ts'
import type { Call, Work, Workload } from './workload.ts'

/** How many events are under way at once. */
const inFlight = 64

/**
 * From raw body to the mutation in one process, many events under way at once: one durable commit
 * serves many of them. The official handler works one off at a time, whatever waits.
 */
export async function benchInFlight(
  workload: Workload,
  windows: number,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = []
  for (const work of workload.works) comparisons.push(await compare(workload, work, windows))
  return comparisons
}

async function compare(workload: Workload, work: Work, windows: number): Promise<Comparison> {
  const official = officialAnswerer(workload)
  const signer = await signerAnswerer(workload, work.past)
  const name = `${work.name}, ${inFlight} in flight`
  try {
    const micros = [official, signer].map((): number[] => [])
    for (let window = -1; window < windows; window++) {
      const calls = Array.from({ length: inFlight }, (_, at) =>
        work.call((window + 1) * inFlight + at),
      )
      const [slow, fast] = [
        await timed(async () => {
          const answers: string[] = []
          for (const call of calls) answers.push(await official.answer(call))
          return answers
        }),
        await timed(() => allOf(calls, signer.answer)),
      ]
      for (const [at, answer] of fast.value.entries()) {
        checkAnswer(name, work, answer, slow.value[at] ?? '')
      }
      // The first window warms up.
      if (window < 0) continue
      for (const [at, { ms }] of [slow, fast].entries()) micros[at]?.push((ms * 1000) / inFlight)
    }
    const timings = [official, signer].map((each, at) => summarise(each.name, micros[at] ?? []))
    return { name, baseline: official.name, timings }
  } finally {
    await official.close()
    await signer.close()
  }
}

function allOf(calls: readonly Call[], answer: (call: Call) => Promise<string>) {
  return Promise.all(calls.map(answer))
}

async function timed<T>(
  run: () => Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> {
  const from = performance.now()
  const value = await run()
  return { value, ms: performance.now() - from }
}
