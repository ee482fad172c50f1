import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
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

  test('every act is as it must be, the sum is right, nothing is left behind', async () => {
    const { code, out } = await demo('--json').ended
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const steps = lines.slice(0, -1).map(({ step }) => step)
    expect(steps.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([])
    const acts = new Set(steps.map(({ act }: { act: string }) => act))
    expect([...acts]).toEqual(['start', 'open', 'pay', 'attack', 'cheat', 'close', 'sum'])
    const { report } = lines.at(-1)
    expect(report).toMatchObject({ ok: true, wrong: 0, accounts: { gave: 30_000_000 } })
    const rules: string[][] = report.attacks.map((attack: { rules: string[] }) => attack.rules)
    expect(rules.map((each) => each.filter((rule) => rule.startsWith('policy-')).length)).toEqual(
      rules.map((each) => each.length),
    )
    expect(rules.flat()).toContain('policy-lightspark-release-order')
    expect(report.timings.answered).toBe(report.timings.events)
    expect(code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  test('for people: lines as it goes, and how many events took how long', async () => {
    const { code, out } = await demo().ended
    expect(out).toMatch(/^ +\d+\.\d s {2}attack {2}.*refused, policy-mutual-destination/m)
    expect(out).toMatch(/= 30,000,000 sat; the faucet gave 30,000,000$/m)
    expect(out).toMatch(
      /^(\d+) of \1 honest events answered, 4 attacks made, 0 wrong, in [\d.]+ s$/m,
    )
    expect(code).toBe(0)
  })

  test('Ctrl-C in the middle, even twice: exit code 130, nothing left behind', async () => {
    const running = demo()
    await running.printed('we open a channel')
    running.signal('SIGINT')
    running.signal('SIGINT')
    const { code, err } = await running.ended
    expect(err).not.toContain('    at ')
    expect(code).toBe(130)
    expect(readdirSync(folder)).toEqual([])
  })
})
