import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { RemoteSigningSubEventType, WebhookEventType } from '@boltwarden/sdk'
import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** What GitHub makes of a page's headings. */
function anchors(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}

describe('what a page points to is there', () => {
  test.each(pages)('%s', (page) => {
    const text = read(page)
    const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const defined = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = '']) => target)
    const here = [...inline, ...defined].filter((target) => !/^[a-z]+:/.test(target))
    const linked = here.map((target) => {
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? page : relative(root, join(root, dirname(page), file))
      return anchor === undefined || anchors(path).includes(anchor) ? path : target
    })
    const top = 'packages|apps|examples|vectors|test|scripts|bench|docs'
    const named = [...text.matchAll(new RegExp(`\`((?:${top})/[\\w./-]*)\``, 'g'))]
    const paths = [...linked, ...named.map(([, path = '']) => path)]
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('every reference of docs/protocol.md is defined, every definition used', () => {
    const text = read('docs/protocol.md')
    const defined = [...text.matchAll(/^\[([^\]]+)\]: /gm)].map(([, name]) => name)
    const used = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name]) => name)
    expect([...new Set(used)].sort()).toEqual([...defined].sort())
  })
})

describe('docs/protocol.md', () => {
  const page = read('docs/protocol.md')
  const schema = buildSchema(read('packages/sdk/graphql/schema.graphql'))
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {})

  test('has a heading for every sub-event', () => {
    const headings = page.split('\n').filter((line) => line.startsWith('### '))
    for (const name of Object.values(RemoteSigningSubEventType)) {
      expect(headings).toContain(`### ${name}`)
    }
  })

  test('names every event type', () => {
    for (const name of Object.values(WebhookEventType)) expect(page).toContain(`\`${name}\``)
  })

  test('names every mutation, by its field and as it is sent', () => {
    expect(mutations.length).toBeGreaterThan(5)
    for (const name of mutations) {
      expect(page).toContain(`\`${name}\``)
      const operation = name.replaceAll(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())
      expect(page).toContain(`\`${operation}\``)
    }
  })

  test('names every field that the parser reads', () => {
    const folder = 'packages/sdk/src/webhook'
    const fields = readdirSync(join(root, folder))
      .flatMap((name) => [
        ...read(join(folder, name)).matchAll(/\(\s*raw,\s*(?:path|''),\s*'(\w+)'/g),
      ])
      .map(([, name = '']) => name)
    expect(fields.length).toBeGreaterThan(20)
    for (const name of fields) expect(page).toContain(`\`${name}\``)
  })
})
