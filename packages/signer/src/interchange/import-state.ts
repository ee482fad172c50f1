import { eventId } from '@boltwarden/core/ids'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { encodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import { encodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
import { encodeNodeState } from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { encodeSpentOutput, type SpentOutput } from '@boltwarden/policy/state/spent-output'
import type { Scope, View, Writes } from '@boltwarden/policy/view'
import { type Author, auditAct, type Backend, type Task } from '@boltwarden/store'
import { SignerFault } from '../fault.ts'
import type { CompleteState } from './document.ts'
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
 * Writes what a plan says, and records it. What is not as it was when the plan was made stays as it
 * is. Where it breaks off, the same import again completes it.
 *
 * @param ours - what the plan was made by.
 * @param detail - what the audit log says of where it came from.
 * @throws {SignerFault} `STORE_IN_USE` where somebody changed a part meanwhile.
 * @throws {StoreFault} where a part is refused.
 */
export async function carryOut(
  plan: ImportPlan,
  ours: CompleteState,
  backend: Pick<Backend, 'commit' | 'registerIntent' | 'audit'>,
  author: Author,
  detail: string,
): Promise<void> {
  const tasks = tasksOf(plan, ours)
  for (let at = 0; at < tasks.length; at += tasksAtOnce) {
    const batch = { tasks: tasks.slice(at, at + tasksAtOnce), accepted: [] }
    for (const outcome of (await backend.commit(batch)).tasks) {
      if (outcome.status === 'rejected') throw outcome.reason
    }
  }
  for (const intent of plan.newIntents) await backend.registerIntent(intent, author)
  await backend.audit.append(auditAct('state-imported', author, detail))
}

function tasksOf(plan: ImportPlan, ours: CompleteState): readonly Task<undefined>[] {
  const channels = textsOf(ours.channels, ({ channel }) => channel, encodeChannelState)
  const invoices = textsOf(ours.invoices, ({ invoice }) => invoice, encodeInvoiceState)
  const intents = textsOf(ours.intents, ({ id }) => id, encodeIntent)
  const spends = textsOf(ours.spends, outPointKey, encodeSpentOutput)
  return [
    ...plan.channels.map((state: ChannelState) =>
      task(
        { channels: [state.channel], channelId: state.id },
        { channels: [state] },
        channels.get(state.channel),
        ({ channels: found }) => textOf(found.get(state.channel), encodeChannelState),
      ),
    ),
    ...plan.invoices.map((invoice: InvoiceState) =>
      task({ invoice: invoice.invoice }, { invoice }, invoices.get(invoice.invoice), (view) =>
        textOf(view.invoice, encodeInvoiceState),
      ),
    ),
    ...plan.intents.map((intent: Intent) =>
      task(
        { intents: [intentKey(intent)] },
        { intents: [intent] },
        intents.get(intent.id),
        (view) =>
          textOf(
            view.intents.find(({ id }) => id === intent.id),
            encodeIntent,
          ),
      ),
    ),
    ...plan.spends.map((spent: SpentOutput) =>
      task(
        { spends: [outPointKey(spent)] },
        { spends: [spent] },
        spends.get(outPointKey(spent)),
        (view) => textOf(view.spends[0], encodeSpentOutput),
      ),
    ),
    ...(plan.node === undefined
      ? []
      : [
          task({ node: true }, { node: plan.node }, encodeNodeState(ours.node), (view) =>
            encodeNodeState(view.node),
          ),
        ]),
  ]
}

/** Nothing keeps signers from a database: each part is compared under the lock that it is written by. */
function task(
  scope: Partial<Scope>,
  writes: Partial<Writes>,
  before: string | undefined,
  found: (view: View) => string | undefined,
): Task<undefined> {
  return {
    scope: { ...nothing, ...scope },
    step: (view) => {
      if (found(view) !== before) throw new SignerFault({ code: 'STORE_IN_USE' })
      return { writes: { channels: [], ...writes }, value: undefined }
    },
  }
}

function textsOf<T, K>(
  list: readonly T[],
  key: (item: T) => K,
  encode: (item: T) => string,
): ReadonlyMap<K, string> {
  return new Map(list.map((item) => [key(item), encode(item)]))
}

function textOf<T>(item: T | undefined, encode: (item: T) => string): string | undefined {
  return item === undefined ? undefined : encode(item)
}
