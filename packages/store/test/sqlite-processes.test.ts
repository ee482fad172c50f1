import { spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { processContract, type TestDatabase } from '@boltwarden/store/testing'
import { describe, expect, test } from 'vitest'
import { sqliteFile } from './sqlite-database.ts'

const inChild = (file: string) => fileURLToPath(new URL(`./child/${file}`, import.meta.url))
const paths = new WeakMap<TestDatabase, string>()

describe('SQLite', () =>
  processContract(
    { describe, test, expect },
    {
      create: async () => {
        const file = sqliteFile()
        paths.set(file, file.path)
        return file
      },
      spawn: (database, role) =>
        spawn(
          execPath,
          [
            '--conditions=@boltwarden/source',
            `--import=${new URL('./child/register.mjs', import.meta.url)}`,
            inChild('main.ts'),
            paths.get(database) ?? '',
            role,
          ],
          { stdio: ['pipe', 'pipe', 'inherit'] },
        ),
    },
  ))
