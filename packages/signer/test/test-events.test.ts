import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { sampleNames } from '../src/cli/sample-data.ts'
import { initFolder } from './shared/folder.ts'
import { startPlatform } from './shared/platform.ts'
import { boltwarden } from './shared/process.ts'

const page = new URL('../../../docs/operations.md', import.meta.url)
const modes = ['enforce', 'observe'] as const

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A signer as it is installed; gives what becomes of a test event, in the words of the page. */
async function signerIn(mode: (typeof modes)[number]) {
  const platform = await startPlatform()
  const folder = await initFolder(platform.url)
  writeFileSync(join(dirname(folder.config), 'policy.toml'), `mode = "${mode}"\n`)
  const running = boltwarden(['serve', ...folder.unlock])
  closers.push(platform.close, folder.remove, () => running.child.kill('SIGKILL'))
  const ready = await running.line((line) => line.message === 'ready')
  const secret = ['--secret-file', join(folder.folder, 'webhook-secret')]
  return async (event: string) => {
    const args = ['send-test-event', '--url', String(ready.webhook), ...secret, '--event', event]
    const { out } = await boltwarden([...args, '--json']).ended
    const { status, body } = JSON.parse(out)
    return outcomeOf(status, body === '' ? {} : JSON.parse(body))
  }
}

type Body = { readonly code?: string; readonly tags?: readonly string[] }

function outcomeOf(status: number, { code, tags = [] }: Body): string {
  if (status === 200 && code === undefined) return 'answered'
  const because = tags.length === 0 ? '' : `: ${tags.map((tag) => `\`${tag}\``).join(', ')}`
  return `${status === 200 ? 'declined' : `${status} ${code ?? ''}`}${because}`
}

describe('the test events of the account page', () => {
  test('become what docs/operations.md says, under enforce and under observe', async () => {
    const [enforced, observed] = [await signerIn('enforce'), await signerIn('observe')]
    const rows: string[] = []
    for (const name of sampleNames) {
      rows.push(`| \`${name}\` | ${await enforced(name)} | ${await observed(name)} |`)
    }
    const table = ['| sub-event | `enforce` | `observe` |', '|---|---|---|', ...rows].join('\n')
    const start = '<!-- test events -->\n'
    const text = readFileSync(page, 'utf8')
    const [from, to] = [text.indexOf(start) + start.length, text.indexOf('<!-- end -->')]
    // UPDATE_DOCS=1 writes the table anew.
    const { UPDATE_DOCS } = process.env
    if (UPDATE_DOCS === '1') {
      writeFileSync(page, `${text.slice(0, from)}${table}\n${text.slice(to)}`)
    }
    expect(readFileSync(page, 'utf8')).toContain(`${start}${table}\n<!-- end -->`)
  })
})
