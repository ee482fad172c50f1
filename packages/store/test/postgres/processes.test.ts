import { spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { processContract } from '@boltwarden/store/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostgresDatabase } from './database.ts'

const here = (file: string) => new URL(file, import.meta.url)
let database: PostgresDatabase

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

afterAll(() => database[Symbol.asyncDispose]())

describe('PostgreSQL', () =>
  processContract(
    { describe, test, expect },
    {
      create: () => database.harness().create(),
      spawn: (_database, role) =>
        spawn(
          execPath,
          [
            '--conditions=@boltwarden/source',
            `--import=${here('../child/register.mjs')}`,
            fileURLToPath(here('./child/main.ts')),
            database.name,
            String(database.server.port),
            role,
          ],
          { stdio: ['pipe', 'pipe', 'inherit'] },
        ),
    },
  ))
