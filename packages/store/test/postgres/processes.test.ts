import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createStore } from '@boltwarden/store'
import { processContract } from '@boltwarden/store/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contention, type Told } from './child/contend.ts'
import { PostgresDatabase } from './database.ts'
import { spawnChild } from './spawn.ts'

// Each process compiles the sources first.
const timeout = 240_000
let database: PostgresDatabase

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

afterAll(() => database[Symbol.asyncDispose]())

describe('PostgreSQL', () =>
  processContract(
    { describe, expect, test: (name, body) => test(name, body, timeout) },
    {
      create: () => database.harness().create(),
      spawn: (_database, role) => spawnChild(database, role),
    },
  ))

describe('three processes on one database', () => {
  test(
    'that get the same events, and others about the same invoices: one effect each',
    async () => {
      await database.clear()
      const told = (await raceOf(['0', '1', '2'])).flat()
      expect(told.length).toBe(3 * (contention.shared + contention.own))
      expect(numberOf(told, 'event')).toBe(numberOf(told, 'event', 'nonce'))
      expect(numberOf(told, 'invoice')).toBe(numberOf(told, 'invoice', 'nonce'))
      const store = createStore(await database.open())
      const logged = await database.query(
        `SELECT count(*) AS rows, count(DISTINCT fact::json ->> 'event') AS events FROM audit`,
      )
      const events = String(numberOf(told, 'event'))
      expect(logged).toEqual([{ rows: events, events }])
      expect(await store.counts()).toEqual({
        channels: 0,
        invoices: contention.invoices,
        events: Number(events),
      })
      await store[Symbol.asyncDispose]()
    },
    timeout,
  )
})

/** How many different combinations of these there are. */
function numberOf(told: readonly Told[], ...keys: readonly (keyof Told)[]): number {
  return new Set(told.map((each) => keys.map((key) => each[key]).join(' '))).size
}

/** Lets processes start once all of them are ready; resolves with what each was told. */
function raceOf(names: readonly string[]): Promise<Told[][]> {
  const children = names.map((name) => spawnChild(database, 'contend', name))
  let waiting = children.length
  return Promise.all(
    children.map(async (child) => {
      const told: Told[] = []
      const ended = once(child, 'exit')
      for await (const line of linesOf(child)) {
        if (line !== 'ready') told.push(JSON.parse(line))
        else if (--waiting === 0) for (const each of children) each.stdin?.write('go')
      }
      expect(await ended).toEqual([0, null])
      return told
    }),
  )
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (stdout === null) throw new TypeError('"child" expected a piped standard output')
  return createInterface({ input: stdout })
}
