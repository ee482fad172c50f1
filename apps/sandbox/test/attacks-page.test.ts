import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { attacks } from '../src/adversary/attacks.ts'
import { renderAttacksPage } from '../src/adversary/page.ts'
import { sequences } from '../src/adversary/sequences/sequences.ts'

describe('docs/attacks.md', () => {
  // Written anew by `vitest run apps/sandbox/test/attacks-page.test.ts -u`.
  test('is what the attacks say', async () => {
    await expect(renderAttacksPage()).toMatchFileSnapshot('../../../docs/attacks.md')
  })

  test('names are unique', () => {
    const names = [...attacks.map(([, attack]) => attack), ...sequences].map(({ name }) => name)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  test('every rule that they expect is one of docs/policy.md', () => {
    const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
    const known = new Set(page.match(/^## policy-[a-z0-9-]+$/gm)?.map((line) => line.slice(3)))
    const expected = attacks.flatMap(([, { expectedTags }]) => expectedTags)
    const rules = expected.filter((tag) => tag.startsWith('policy-'))
    expect([...new Set(rules)].filter((tag) => !known.has(tag))).toEqual([])
  })

  test('there are enough of them', () => {
    expect(attacks.filter(([, attack]) => !attack.isOfTheWire).length).toBeGreaterThanOrEqual(80)
    expect(sequences.length).toBeGreaterThanOrEqual(20)
  })
})
