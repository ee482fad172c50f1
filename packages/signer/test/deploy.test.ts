import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { idleGauges, testMetrics } from './shared/deps.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const alerts = read('deploy/alerts.yml')
const board = read('deploy/grafana-board.json')
const unit = read('deploy/boltwarden.service')
const page = read('docs/operations.md')

/** The names that the registry has, those of parts of histograms included. */
async function metricNames(): Promise<ReadonlySet<string>> {
  const metrics = testMetrics()
  metrics.observe(idleGauges)
  metrics.observeStore(async () => undefined)
  const { body } = await metrics.text()
  const parts = (name: string, type: string) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => `${name}${part}`) : [name]
  const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Set(types.flatMap(([, name = '', type = '']) => parts(name, type)))
}

const namesIn = (text: string) => [...new Set(text.match(/\bboltwarden_[a-z0-9_]+/g) ?? [])]

describe('deploy/', () => {
  test.each([
    ['alerts.yml', alerts, 10],
    ['grafana-board.json', board, 15],
  ])('%s names no metric that there is not', async (_name, text, least) => {
    const known = await metricNames()
    const named = namesIn(text)
    expect(named.length).toBeGreaterThan(least)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  test('names labels as the registry has them', async () => {
    const { outcomes } = await import('../src/metrics.ts')
    const selected = [...alerts.matchAll(/outcome(?:=~|=)"([^"]+)"/g)]
    const named = selected.flatMap(([, values = '']) => values.split('|'))
    expect(named.length).toBeGreaterThan(2)
    for (const outcome of named) expect(outcomes).toContain(outcome)
  })

  test('every alert has an entry in the runbook, and the runbook no other', () => {
    const [, runbook = ''] = page.split('## When an alert fires')
    const entries = [...runbook.matchAll(/^\| `(Boltwarden\w+)`/gm)].map(([, name]) => name)
    const names = [...alerts.matchAll(/alert: (\w+)/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(8)
    expect([...entries].sort()).toEqual([...names].sort())
  })

  test('alerts and board show what tells how a signer is', () => {
    const both = [
      'boltwarden_deadline_headroom_seconds_bucket',
      'boltwarden_outbox_oldest_age_seconds',
      'boltwarden_outbox_answers',
      'boltwarden_lock_wait_seconds_bucket',
      'boltwarden_rollback_suspected',
      'boltwarden_rollback_suspicions_total',
      'boltwarden_key_backend_info',
      'boltwarden_audit_checkpoint_age_seconds',
    ]
    for (const name of both) {
      expect(namesIn(alerts)).toContain(name)
      expect(namesIn(board)).toContain(name)
    }
    for (const name of ['boltwarden_violations_total', 'boltwarden_store_rows']) {
      expect(namesIn(board)).toContain(name)
    }
  })

  test('the board is a board: each panel with its own place and query', () => {
    const { panels } = JSON.parse(board)
    const places = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => {
      return `${x},${y}`
    })
    expect(new Set(places).size).toBe(panels.length)
    for (const { targets } of panels) expect(targets[0].expr).toContain('boltwarden_')
  })

  test('the unit of the page is that of the folder, as far as it goes', () => {
    const [, shown = ''] = /```ini\n([\s\S]*?)```/.exec(page) ?? []
    const lines = shown.split('\n').filter((line) => line !== '')
    expect(lines.length).toBeGreaterThan(8)
    for (const line of lines) expect(unit.split('\n')).toContain(line)
  })
})
