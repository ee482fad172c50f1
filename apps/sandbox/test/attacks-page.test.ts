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

  test('there are enough of them', () => {
    expect(attacks.filter(([, attack]) => !attack.isOfTheWire).length).toBeGreaterThanOrEqual(80)
    expect(sequences.length).toBeGreaterThanOrEqual(20)
  })
})
