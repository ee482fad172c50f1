import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { start } from './built-command.ts'

describe('the demo, as it is built', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'boltwarden-demo-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const demo = (...args: string[]) => start(['demo', ...args], { TMPDIR: folder })
  const listens = (url: string) =>
    fetch(url).then(
      () => true,
      () => false,
    )

  test('two processes, every step verified, nothing left behind', async () => {
    const { code, out } = await demo('--json').ended
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { report } = lines.at(-1)
    expect(report.steps.filter((step: { ok: boolean }) => !step.ok)).toEqual([])
    expect(report).toMatchObject({ ok: true, wrong: 0 })
    const notes = report.steps.map(({ note }: { note: string }) => note)
    expect(notes).toContain('a signature under m/1/0')
    expect(report.verified).toBeGreaterThan(70)
    expect(report.refused).toBeGreaterThan(20)
    expect(lines).toHaveLength(report.steps.length + 1)
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  test('--keep says what to try; Ctrl-C, even twice, ends both processes', async () => {
    const running = demo('--keep')
    const out = await running.printed('another walk')
    const url = /inspector +(\S+)/.exec(out)?.[1] ?? ''
    const readiness = /readiness +(\S+)/.exec(out)?.[1] ?? ''
    expect(await Promise.all([listens(url), listens(readiness)])).toEqual([true, true])
    running.signal('SIGINT')
    running.signal('SIGINT')
    await running.ended
    expect(await Promise.all([listens(url), listens(readiness)])).toEqual([false, false])
    expect(readdirSync(folder)).toEqual([])
  })

  test('a signer that does not start: its words, exit code 2, nothing left behind', async () => {
    const signer = join(folder, 'signer.mjs')
    writeFileSync(signer, 'console.error("no seed, no signer"); process.exit(1)')
    const { code, err } = await demo('--signer', signer).ended
    expect(err).toContain('no seed, no signer')
    expect(code).toBe(2)
    expect(readdirSync(folder)).toEqual(['signer.mjs'])
  })
})
