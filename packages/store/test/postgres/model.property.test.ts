import { afterAll, beforeAll, describe, test } from 'vitest'
import { checkAgainstModel, runs } from '../model.ts'
import { PostgresDatabase } from './database.ts'

let database: PostgresDatabase

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

afterAll(() => database[Symbol.asyncDispose]())

describe('PostgreSQL', () => {
  // Each call is a round trip to another process: a third of the plays of SQLite.
  test('does what the model does, whatever is asked and however often it is reopened', () =>
    checkAgainstModel(() => database.harness().create(), Math.ceil(runs / 3)))
})
