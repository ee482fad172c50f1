import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/generate-graphql.mjs', import.meta.url))
const run = promisify(execFile)

test('the committed types and documents are what the schema and the operations give', async () => {
  const { stdout } = await run(process.execPath, [script, '--check'])
  expect(stdout).toBe('types.ts is up to date\ndocuments.ts is up to date\n')
})
