import { storeContract } from '@boltwarden/store/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostgresDatabase } from './database.ts'

let database: PostgresDatabase

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

afterAll(() => database[Symbol.asyncDispose]())

describe('PostgreSQL', () =>
  storeContract({ describe, test, expect }, { create: () => database.harness().create() }))
