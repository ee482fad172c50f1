import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { stdin } from 'node:process'
import { toHex } from '@boltwarden/core/hex'
import type { Delivery } from '@boltwarden/policy/event'
import { type Backend, createStore, type Store } from '@boltwarden/store'
import { hashDelivery, issues } from '@boltwarden/store/testing'

/** How many events every process gets, and how many each gets alone, about the same invoices. */
// A nonce is one byte again and again, and each of three processes has nonces of its own.
export const contention = { shared: 1000, own: 500, invoices: 80, inFlight: 64 } as const

/** What a process was told of an event. */
export type Told = { readonly event: string; readonly invoice: string; readonly nonce: string }

/** Decides the same events as other processes, and others about the same invoices, all at once. */
export async function contend(open: () => Promise<Backend>, name: string): Promise<void> {
  const store = createStore(await open())
  const work = Array.from({ length: contention.shared + contention.own }, (_, n) => {
    const event = n % 3 === 2 ? `own-${name}-${n}` : `shared-${n}`
    return { event, invoice: `Invoice:${n % contention.invoices}`, fill: fillOf(n, name) }
  })
  report('ready')
  await once(stdin, 'data')
  stdin.destroy()
  let next = 0
  const lane = async () => {
    for (let task = work[next++]; task !== undefined; task = work[next++]) {
      report(JSON.stringify(await decide(store, task)))
    }
  }
  await Promise.all(Array.from({ length: contention.inFlight }, lane))
  await store[Symbol.asyncDispose]()
}

/** Another candidate for each invoice in each process. */
function fillOf(n: number, name: string): number {
  return (n % contention.invoices) + Number(name) * contention.invoices
}

async function decide(
  store: Store,
  { event, invoice, fill }: { readonly event: string; readonly invoice: string; fill: number },
): Promise<Told> {
  const delivery = hashDelivery(event, invoice)
  const { permit } = await store.decide(delivery, issuesOnce(delivery, invoice, fill))
  const grant = permit?.grant
  return { event, invoice, nonce: grant?.kind === 'payment-hash' ? toHex(grant.nonce) : 'none' }
}

/** Issues the invoice, or gives the same answer again where the event was decided before. */
function issuesOnce(delivery: Delivery, invoice: string, fill: number): ReturnType<typeof issues> {
  return (view) => {
    const judgement = issues(delivery, invoice, fill)(view)
    if (view.event === undefined) return judgement
    const { entry: _entry, ...again } = judgement
    return { ...again, writes: { channels: [] }, repeated: true }
  }
}

function report(line: string): void {
  writeSync(1, `${line}\n`)
}
