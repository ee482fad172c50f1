import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signerMain, signerNames } from '../src/signers/signer.ts'
import { start } from './built-command.ts'

describe.each(signerNames)('a run of the %s signer that is kept', (signer) => {
  let root = ''
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'boltwarden-recorder-'))
    const { code, err } = await record('kept').ended
    expect({ code, err: err.includes('Error') }).toEqual({ code: 0, err: false })
  }, 120_000)
  afterAll(() => rmSync(root, { recursive: true }))

  const record = (folder: string) => {
    const args = ['scenario', 'send', '--kind', 'anchors', '--signer', signer]
    return start([...args, '--record', join(root, folder), '--json'])
  }
  const kept = (name: string) => join(root, 'kept', name)

  async function replay(policy: string) {
    const files = ['--public-keys', kept('public-keys.json'), '--against', kept('policy.toml')]
    const args = ['policy', 'replay', kept('events.ndjson'), '--policy', policy, '--json', ...files]
    const { stdout } = await promisify(execFile)(process.execPath, [signerMain, ...args])
    return JSON.parse(stdout)
  }

  test('is signed again by the same policy, every event of it', async () => {
    const lines = readFileSync(kept('events.ndjson'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(20)
    expect(await replay(kept('policy.toml'))).toMatchObject({
      judged: lines.length,
      skipped: 0,
      withoutNonce: 0,
      verdicts: { 'sign → sign': lines.length },
      differences: [],
    })
  })

  test('shows what another policy would have refused', async () => {
    const stricter = join(root, 'stricter.toml')
    writeFileSync(stricter, '[payments]\nreceive_only = true\n')
    const { differences } = await replay(stricter)
    const tags = differences.flatMap(
      ({
        after,
      }: {
        readonly after: { readonly violations: readonly { readonly tag: string }[] }
      }) => after.violations.map(({ tag }) => tag),
    )
    expect(tags).toContain('policy-merchant-no-sends')
  })

  test('is for its owner only, and is not overwritten', async () => {
    expect(statSync(kept('events.ndjson')).mode & 0o777).toBe(0o600)
    const { code, err } = await record('kept').ended
    expect(code).not.toBe(0)
    expect(err).toContain('EEXIST')
  }, 60_000)
})
