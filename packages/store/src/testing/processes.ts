import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { stdin } from 'node:process'
import { createInterface } from 'node:readline'
import { toHex } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import type { Backend } from '../backend.ts'
import { createStore, type Store } from '../store.ts'
import type { Harness, TestApi, TestDatabase } from './api.ts'
import { channelState, filled, hashDelivery, issues, pointDelivery, signs } from './samples.ts'

/** What a child process does before it is killed, or ends. */
export const childRoles = [
  'halt-before-commit',
  'halt-after-commit',
  'commit-for-ever',
  'race-even',
  'race-odd',
] as const

/** The name of what a child does. */
export type ChildRole = (typeof childRoles)[number]

/** How the suite starts processes on a database. */
export type ProcessHarness = Harness & {
  /**
   * Starts a process that calls {@link runChild} with this role on this database, its standard
   * input and output piped.
   */
  readonly spawn: (database: TestDatabase, role: ChildRole) => ChildProcess
}

const invoices = 100
const ready = 'ready'

/** The child's side: does what its role says and reports on standard output, a line at a time. */
export async function runChild(open: () => Promise<Backend>, role: string): Promise<void> {
  const store = createStore(await open())
  switch (role) {
    case 'halt-before-commit': {
      const delivery = hashDelivery('e-1', 'Invoice:1')
      await store.decide(delivery, (view) => {
        const judgement = issues(delivery, 'Invoice:1', 1)(view)
        report('in step')
        halt()
        return judgement
      })
      break
    }
    case 'halt-after-commit': {
      const delivery = hashDelivery('e-1', 'Invoice:1')
      const { permit } = await store.decide(delivery, issues(delivery, 'Invoice:1', 1))
      report(permit === undefined ? 'no permit' : 'permit')
      halt()
      break
    }
    case 'commit-for-ever':
      for (let i = 0; ; i++) {
        const delivery = pointDelivery(`e-${i}`, i)
        await store.decide(delivery, signs(delivery, { channels: [channelState(i)] }))
        report(delivery.event)
      }
    case 'race-even':
    case 'race-odd':
      await race(store, role === 'race-even' ? 0 : 1)
  }
  await store[Symbol.asyncDispose]()
}

/**
 * Waits for its parent's word, then asks for the hash of every invoice with candidates of its own
 * and reports what it got.
 */
async function race(store: Store, parity: number): Promise<void> {
  report(ready)
  await once(stdin, 'data')
  stdin.destroy()
  for (let i = 0; i < invoices; i++) {
    const delivery = hashDelivery(`e-${i}-${parity}`, `Invoice:${i}`)
    const fill = 2 * i + parity
    const { permit } = await store.decide(delivery, issues(delivery, `Invoice:${i}`, fill))
    const grant = permit?.grant
    report(grant?.kind === 'payment-hash' ? toHex(grant.nonce) : 'no permit')
  }
}

function report(line: string): void {
  writeSync(1, `${line}\n`)
}

/** Stops this thread for good: it is left to the parent to kill the process. */
function halt(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/**
 * The part of the suite that needs processes of its own: crashes at the worst moments, and two
 * processes on one database.
 */
export function processContract(api: TestApi, harness: ProcessHarness): void {
  const { describe, test, expect } = api
  describe('a process killed with SIGKILL', () => {
    test('before its commit has left nothing', () =>
      withDatabase(harness, async (database) => {
        await killAfter(harness.spawn(database, 'halt-before-commit'), ['in step'])
        await withStore(database, async (store) => {
          expect(await store.counts()).toEqual({ channels: 0, invoices: 0, events: 0 })
          const delivery = hashDelivery('e-1', 'Invoice:1')
          const { permit } = await store.decide(delivery, issues(delivery, 'Invoice:1', 2))
          expect(permit?.grant).toEqual({ ...hashGrant('Invoice:1'), nonce: filled(2) })
        })
      }))

    test('after its commit and before its answer: the next one repeats the answer', () =>
      withDatabase(harness, async (database) => {
        await killAfter(harness.spawn(database, 'halt-after-commit'), ['permit'])
        await withStore(database, async (store) => {
          const delivery = hashDelivery('e-1', 'Invoice:1')
          const ruling = await store.decide(delivery, (view) => ({
            ...issues(delivery, 'Invoice:1', 2)(view),
            repeated: view.event !== undefined,
          }))
          expect(ruling.repeated).toBe(true)
          expect(ruling.permit?.grant).toEqual({ ...hashGrant('Invoice:1'), nonce: filled(1) })
        })
      }))

    test('between commits has lost none that it reported', () =>
      withDatabase(harness, async (database) => {
        const reported = await killAfter(harness.spawn(database, 'commit-for-ever'), ['e-99'])
        await withStore(database, async (store) => {
          for (const event of reported) {
            expect((await store.event(eventId(event)))?.verdict).toBe('sign')
          }
          const { events, channels } = await store.counts()
          expect(channels).toBe(events)
        })
      }))
  })

  describe('two processes on one new database', () => {
    test('agree on the nonce of every invoice', () =>
      withDatabase(harness, async (database) => {
        const children = [harness.spawn(database, 'race-even'), harness.spawn(database, 'race-odd')]
        const [even, odd] = await raceOf(children)
        expect(even?.length).toBe(invoices)
        expect(odd).toEqual(even)
      }))
  })
}

function hashGrant(invoice: string): object {
  return { kind: 'payment-hash', invoice }
}

async function withDatabase(
  harness: Harness,
  body: (database: TestDatabase) => Promise<void>,
): Promise<void> {
  const database = await harness.create()
  try {
    await body(database)
  } finally {
    await database.destroy()
  }
}

async function withStore(
  database: TestDatabase,
  body: (store: Store) => Promise<void>,
): Promise<void> {
  const store = createStore(await database.open())
  try {
    await body(store)
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

/** Kills a child as soon as it reports one of `lines`; resolves with its report once it is dead. */
async function killAfter(child: ChildProcess, lines: readonly string[]): Promise<string[]> {
  const reported: string[] = []
  const dead = exitOf(child)
  for await (const line of linesOf(child)) {
    reported.push(line)
    if (lines.includes(line)) child.kill('SIGKILL')
  }
  const { signal } = await dead
  if (signal !== 'SIGKILL') throw new TypeError('the child ended before it was killed')
  return reported
}

/** Lets the children start once all of them are ready; resolves with what each reported. */
async function raceOf(children: readonly ChildProcess[]): Promise<string[][]> {
  let waiting = children.length
  return Promise.all(
    children.map(async (child) => {
      const reported: string[] = []
      const dead = exitOf(child)
      for await (const line of linesOf(child)) {
        if (line !== ready) reported.push(line)
        else if (--waiting === 0) for (const each of children) each.stdin?.write('go')
      }
      const { code } = await dead
      if (code !== 0) throw new TypeError(`the child ended with ${code}`)
      return reported
    }),
  )
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) throw new TypeError('"child" expected a piped standard output')
  return createInterface({ input: child.stdout })
}

function exitOf(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}
