import { eventId } from '@boltwarden/core/ids'
import { intentKey } from '@boltwarden/policy/state/intent'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import type { Scope, Writes } from '@boltwarden/policy/view'
import { type Author, auditAct, type Backend, type Task } from '@boltwarden/store'
import type { ImportPlan } from './plan.ts'

/** No event: nothing is read or written of it. */
const nothing: Scope = {
  event: eventId('state-import'),
  channels: [],
  intents: [],
  fundings: [],
  spends: [],
  node: false,
}

const tasksAtOnce = 500

/**
 * Writes what a plan says, which was made while nobody else could change anything, and records it.
 * Where it breaks off, the same import again completes it.
 *
 * @param detail - what the audit log says of where it came from.
 * @throws {StoreFault} where a part is refused.
 */
export async function carryOut(
  plan: ImportPlan,
  backend: Pick<Backend, 'commit' | 'registerIntent' | 'audit'>,
  author: Author,
  detail: string,
): Promise<void> {
  const tasks = tasksOf(plan)
  for (let at = 0; at < tasks.length; at += tasksAtOnce) {
    const batch = { tasks: tasks.slice(at, at + tasksAtOnce), accepted: [] }
    for (const outcome of (await backend.commit(batch)).tasks) {
      if (outcome.status === 'rejected') throw outcome.reason
    }
  }
  for (const intent of plan.newIntents) await backend.registerIntent(intent, author)
  await backend.audit.append(auditAct('state-imported', author, detail))
}

function tasksOf(plan: ImportPlan): readonly Task<undefined>[] {
  const task = (scope: Partial<Scope>, writes: Partial<Writes>): Task<undefined> => ({
    scope: { ...nothing, ...scope },
    step: () => ({ writes: { channels: [], ...writes }, value: undefined }),
  })
  return [
    ...plan.channels.map((state) =>
      task({ channels: [state.channel], channelId: state.id }, { channels: [state] }),
    ),
    ...plan.invoices.map((invoice) => task({ invoice: invoice.invoice }, { invoice })),
    ...plan.intents.map((intent) => task({ intents: [intentKey(intent)] }, { intents: [intent] })),
    ...plan.spends.map((spent) => task({ spends: [outPointKey(spent)] }, { spends: [spent] })),
    ...(plan.node === undefined ? [] : [task({ node: true }, { node: plan.node })]),
  ]
}
