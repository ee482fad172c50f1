import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const page = read('docs/threat-model.md')
const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, found = '']) => found)

describe('docs/threat-model.md', () => {
  test('every test that it names exists', () => {
    const paths = matches(page, /`((?:packages|apps|test)\/[\w./-]+)`/g)
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  })

  test('every rule that it names is one of docs/policy.md', () => {
    const tags = new Set(matches(read('docs/policy.md'), /^## (policy-[a-z0-9-]+)$/gm))
    const money = page.slice(page.indexOf('## Attacks on the money'), page.indexOf('## What no'))
    const short = matches(money, /`((?:[a-z0-9]+-)+[a-z0-9]+)`/g).map((name) => `policy-${name}`)
    expect(short.length).toBeGreaterThan(40)
    expect(short.filter((tag) => !tags.has(tag))).toEqual([])
    const full = matches(page, /`(policy-[a-z0-9-]+)`/g)
    expect(full.filter((tag) => !tags.has(tag))).toEqual([])
  })

  test('every family of attacks has its row', () => {
    const headings = matches(read('docs/attacks.md'), /^## (.+)$/gm)
    const families = headings.filter((title) => title !== 'Honest sequences')
    const rows = matches(page, /\| ([a-z0-9-]+) \|$/gm)
    expect(families.map((title) => title.toLowerCase().replaceAll(' ', '-')).sort()).toEqual(
      rows.filter((row) => row !== 'family').sort(),
    )
  })
})
