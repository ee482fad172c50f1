import { type ChildProcess, spawn } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { PostgresDatabase } from './database.ts'

const here = (file: string) => new URL(file, import.meta.url)

/** Starts a process on a database, its standard input and output piped. */
export function spawnChild(
  { name, server }: PostgresDatabase,
  ...words: readonly string[]
): ChildProcess {
  return spawn(
    execPath,
    [
      '--conditions=@boltwarden/source',
      `--import=${here('../child/register.mjs')}`,
      fileURLToPath(here('./child/main.ts')),
      name,
      String(server.port),
      ...words,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
}
