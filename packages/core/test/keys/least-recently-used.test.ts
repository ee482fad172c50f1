import { LeastRecentlyUsed } from '@boltwarden/core/keys/least-recently-used'
import fc from 'fast-check'
import { expect, test } from 'vitest'

function cacheOf(limit: number) {
  const disposed: string[] = []
  const made: string[] = []
  const cache = new LeastRecentlyUsed<{ dispose(): void }>(limit)
  const get = (name: string) =>
    cache.get(name, () => {
      made.push(name)
      return { dispose: () => disposed.push(name) }
    })
  return { cache, disposed, made, get }
}

test('disposes of the one not asked for longest', () => {
  const { disposed, get } = cacheOf(2)
  for (const name of ['a', 'b', 'a', 'c']) get(name)
  expect(disposed).toEqual(['b'])
})

test('gives the same value as long as it is held', () => {
  const { get, made } = cacheOf(2)
  expect(get('a')).toBe(get('a'))
  expect(made).toEqual(['a'])
})

test('disposes of all', () => {
  const { cache, disposed, get } = cacheOf(3)
  for (const name of ['a', 'b']) get(name)
  cache.dispose()
  expect(disposed).toEqual(['a', 'b'])
  expect(cache.size).toBe(0)
})

test('a value made while another is being made stays usable until that one is there', () => {
  const { cache, disposed, get } = cacheOf(1)
  cache.get('child', () => {
    get('parent')
    expect(disposed).toEqual([])
    return { dispose: () => disposed.push('child') }
  })
  expect(disposed).toEqual(['parent'])
})

test('never holds more than its limit, and what it does not hold is disposed of', () => {
  const names = fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), names, (limit, asked) => {
      const { cache, disposed, made, get } = cacheOf(limit)
      for (const name of asked) get(name)
      expect(cache.size).toBe(Math.min(limit, new Set(asked).size))
      expect(made.length - disposed.length).toBe(cache.size)
    }),
  )
})

test.each([0, 1.5, -1, 1_000_001])('refuses a limit of %d', (limit) => {
  expect(() => new LeastRecentlyUsed(limit)).toThrow('"limit" expected integer 1..1000000')
})
