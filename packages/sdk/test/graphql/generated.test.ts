import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { generate } from '../../scripts/generate-graphql.mjs'

test('the committed types and documents are what the schema and the operations give', async () => {
  const folder = new URL('../../src/graphql/generated/', import.meta.url)
  const files = await generate()
  expect([...files.keys()].sort()).toEqual(['documents.ts', 'types.ts'])
  for (const [name, text] of files) {
    expect(await readFile(new URL(name, folder), 'utf8')).toBe(text)
  }
})
