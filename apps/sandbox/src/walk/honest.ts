import { ask, type Seen, type Step, type WalkContext } from './asking.ts'
import { type Finding, failed, verified } from './step.ts'

/** An answer without which the rest of a chapter cannot be played. */
export class ChapterStopped extends Error {
  override readonly name = 'ChapterStopped'
}

/** An honest step: the answer must be this mutation, and `check` must find nothing wrong in it. */
export type HonestStep = Omit<Step, 'kind' | 'judge' | 'forgery'> & {
  /** The field of the mutation that answers; absent where the event has none. */
  readonly operation?: string
  /** What is wrong with the answer, or undefined. */
  readonly check: (seen: Seen) => string | undefined
  /** What a good answer proves. */
  readonly proves: string
}

/**
 * Makes an honest step.
 *
 * @throws {ChapterStopped} if the answer is missing or wrong.
 */
export async function askHonestly(context: WalkContext, step: HonestStep): Promise<Seen> {
  const { check, proves, operation, ...rest } = step
  const judge = (seen: Seen): Finding => {
    const problem = problemOf(seen, operation) ?? check(seen)
    return problem === undefined ? verified(proves) : failed(problem)
  }
  const seen = await ask(context, { ...rest, kind: 'honest', judge })
  if (!seen.ok) throw new ChapterStopped(step.name)
  return seen
}

function problemOf(seen: Seen, operation: string | undefined): string | undefined {
  if (!seen.accepted) {
    return seen.status === undefined ? 'no answer from the webhook' : 'the webhook did not accept'
  }
  if (operation === undefined) return undefined
  if (seen.mutation === undefined) return `no ${operation} came`
  if (seen.mutation.operation !== operation) {
    return `expected ${operation}, got ${seen.mutation.operation}`
  }
  return seen.mutation.error && `the platform refused the answer: ${seen.mutation.error}`
}
