import type { EventId } from '@boltwarden/core/ids'
import type { Writes } from '@boltwarden/policy/view'
import type { AuditFact } from '../audit/row.ts'
import type { Batch, BatchOutcome, Done, Recorded, Step, Task } from '../backend.ts'
import type { StoreFault } from '../fault.ts'
import type { Queued } from '../outbox.ts'
import { lookAtOutbox, lookForQueued, type Owed, queueing } from './queueing.ts'
import { readBatch, readNeeds } from './reading.ts'
import type { Transaction } from './transaction.ts'
import { lookForTaken, refuseTaken } from './uniqueness.ts'
import { type Needs, WorkingSet } from './working-set.ts'
import { writesOf } from './writing.ts'

/** What the parts of a batch came to, before anything is written. */
type Judged<T> = {
  readonly tasks: readonly PromiseSettledResult<Step<T>>[]
  readonly accepted: readonly PromiseSettledResult<void>[]
}

/** Tasks that are not to run, by their place in the batch, and why. */
export type Refusals = ReadonlyMap<number, StoreFault>

/**
 * Decides a batch in one transaction.
 *
 * @throws {RefusedTask} if the batch has to run again without a task.
 */
export async function decideBatch<T>(
  transaction: Transaction,
  batch: Batch<T>,
  refused: Refusals,
): Promise<BatchOutcome<T>> {
  const set = new WorkingSet()
  await readBatch(transaction, set, batch)
  const judged = await judgeAll(transaction, set, batch, refused)
  const recorded = judged.tasks.flatMap((task) =>
    task.status === 'fulfilled' && task.value.recorded !== undefined ? [task.value.recorded] : [],
  )
  const answered = answeredOf(batch, judged)
  const statements = writesOf(set)
  const isIdle = statements.length + recorded.length === 0
  if (isIdle && !(await isAnyQueued(transaction, answered))) return outcomeOf(judged, new Map())
  const owed = recorded.flatMap((each) => each.owed ?? [])
  const looks = [...lookForTaken(set), ...lookAtOutbox(answered, owed)]
  const { head, results } = await transaction.lockChain(looks)
  refuseTaken(results.slice(0, 2), judged.tasks.map(writesOfTask))
  const placed = placedOf(recorded, head.sequence)
  const { statements: moves, queued } = queueing(results.slice(2), answered, placed)
  const facts: readonly AuditFact[] = recorded.map(({ audit }) => audit)
  await transaction.commit([...statements, ...moves], facts)
  return outcomeOf(judged, queuedOf(recorded, head.sequence, queued))
}

/** Runs the steps, from the start again where one needs what was not read yet. */
async function judgeAll<T>(
  transaction: Transaction,
  set: WorkingSet,
  batch: Batch<T>,
  refused: Refusals,
): Promise<Judged<T>> {
  await readFor(transaction, set, batch.tasks)
  for (;;) {
    set.revert()
    const judged = judgeOnce(set, batch, refused)
    if ('tasks' in judged) return judged
    await readNeeds(transaction, set, judged)
  }
}

/** What all tasks need by what is known already, in one round trip. */
async function readFor<T>(
  transaction: Transaction,
  set: WorkingSet,
  tasks: readonly Task<T>[],
): Promise<void> {
  const needs = tasks.flatMap(({ scope }) => set.needsOf(scope) ?? [])
  if (needs.length === 0) return
  await readNeeds(transaction, set, {
    incoming: new Set(needs.flatMap(({ incoming }) => [...incoming])),
    intents: new Set(needs.flatMap(({ intents }) => [...intents])),
  })
}

function judgeOnce<T>(
  set: WorkingSet,
  { tasks, accepted }: Batch<T>,
  refused: Refusals,
): Judged<T> | Needs {
  const noted = accepted.map((answer) => settled(() => accept(set, answer)))
  const judged: PromiseSettledResult<Step<T>>[] = []
  for (const [at, { scope, step }] of tasks.entries()) {
    const reason = refused.get(at)
    if (reason !== undefined) {
      judged.push({ status: 'rejected', reason })
      continue
    }
    const needs = set.needsOf(scope)
    if (needs !== undefined) return needs
    judged.push(
      settled(() => {
        const taken = step(set.view(scope))
        set.apply(taken.writes)
        return taken
      }),
    )
  }
  return { tasks: judged, accepted: noted }
}

function writesOfTask<T>(task: PromiseSettledResult<Step<T>>): Writes | undefined {
  return task.status === 'fulfilled' ? task.value.writes : undefined
}

function accept(set: WorkingSet, answer: Parameters<WorkingSet['accept']>[0]): void {
  if (!set.accept(answer)) throw new RangeError('"event" expected one that was decided')
}

function settled<V>(action: () => V): PromiseSettledResult<V> {
  try {
    return { status: 'fulfilled', value: action() }
  } catch (reason) {
    return { status: 'rejected', reason }
  }
}

function answeredOf<T>({ accepted }: Batch<T>, judged: Judged<T>): readonly EventId[] {
  return accepted.flatMap(({ event }, at) =>
    judged.accepted[at]?.status === 'fulfilled' ? [event] : [],
  )
}

async function isAnyQueued(transaction: Transaction, events: readonly EventId[]): Promise<boolean> {
  if (events.length === 0) return false
  const [result] = await transaction.send([lookForQueued(events)])
  return (result?.rows.length ?? 0) > 0
}

/** Rows of the log follow each other, one for each decision that is recorded. */
function placedOf(recorded: readonly Recorded[], end: number): readonly Owed[] {
  return recorded.flatMap(({ owed }, at) =>
    owed === undefined ? [] : [{ sequence: end + 1 + at, answer: owed }],
  )
}

function queuedOf(
  recorded: readonly Recorded[],
  end: number,
  queued: ReadonlyMap<number, Queued>,
): ReadonlyMap<Recorded, Queued> {
  const found = new Map<Recorded, Queued>()
  for (const [at, each] of recorded.entries()) {
    const place = queued.get(end + 1 + at)
    if (place !== undefined) found.set(each, place)
  }
  return found
}

function outcomeOf<T>(
  { tasks, accepted }: Judged<T>,
  queued: ReadonlyMap<Recorded, Queued>,
): BatchOutcome<T> {
  const done = tasks.map((task): PromiseSettledResult<Done<T>> => {
    if (task.status === 'rejected') return task
    const { value, recorded } = task.value
    const place = recorded && queued.get(recorded)
    return {
      status: 'fulfilled',
      value: { value, ...(place !== undefined && { queued: place }) },
    }
  })
  return { tasks: done, accepted }
}
