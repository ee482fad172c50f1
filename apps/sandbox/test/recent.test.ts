import { expect, test } from 'vitest'
import { createRecent } from '../src/recent.ts'

test('keeps the last ones, under the numbers that they came with', () => {
  const recent = createRecent<string>(3)
  const numbers = Array.from('abcdefgh', (letter) => recent.add(letter))
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(recent.count()).toBe(8)
  expect(recent.since(0)).toEqual(['d', 'e', 'f', 'g', 'h'])
  expect(recent.since(6)).toEqual(['g', 'h'])
  expect(recent.since(8)).toEqual([])
  recent.replace(7, 'H')
  recent.replace(0, 'A')
  expect(recent.since(5)).toEqual(['f', 'g', 'H'])
})
