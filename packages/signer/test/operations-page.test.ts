import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sampleNames } from '../src/cli/sample-data.ts'
import { faultTable } from '../src/fault-table.ts'
import { setAsideReasons } from '../src/outbox/result.ts'
import { idleGauges, testConfig, testMetrics } from './shared/deps.ts'

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')

/** Words of that form that are no codes of faults. */
const ours = [
  'BOLTWARDEN_SEED_HEX',
  'UNSUPPORTED_SUB_EVENT',
  'STORE_FORKED',
  'STORE_ROLLED_BACK',
  'VALIDATION_FAILED',
  ...setAsideReasons,
  // Of the store: a part of a reason.
  'STORE_DENIED',
  'STORE_NOT_DURABLE',
  'STORE_OUTCOME_UNKNOWN',
  'STORE_SCHEMA_OLDER',
]

describe('docs/operations.md', () => {
  test('lists every key of the configuration', () => {
    for (const [table, value] of Object.entries(testConfig())) {
      if (typeof value !== 'object') expect(page).toContain(`\`${table}\``)
      else for (const key of Object.keys(value)) expect(page).toContain(`${table}.${key}`)
    }
    for (const key of ['keys.fingerprint', 'keys.passphrase_file']) expect(page).toContain(key)
  })

  test('tells the defaults as they are', () => {
    const { webhook, keys } = testConfig()
    const row = (key: string) => page.split('\n').find((line) => line.startsWith(`| \`${key}\``))
    for (const key of [
      'max_body_bytes',
      'max_connections',
      'max_in_flight',
      'decision_deadline_ms',
    ] as const) {
      expect(row(`webhook.${key}`)).toContain(`\`${webhook[key]}\``)
    }
    expect(row('keys.max_cached_keys')).toContain(`\`${keys.max_cached_keys}\``)
  })

  test('lists every metric of ours', async () => {
    const metrics = testMetrics()
    metrics.observe(idleGauges)
    metrics.observeStore(async () => undefined)
    const { body } = await metrics.text()
    const names = [...body.matchAll(/^# TYPE (boltwarden_\S+)/gm)].map(([, name = '']) => name)
    const ours = names.filter((name) => !/^boltwarden_(process|nodejs)_/.test(name))
    expect(ours.length).toBeGreaterThan(10)
    for (const name of ours) expect(page).toContain(`\`${name}\``)
  })

  test('names no error that there is not', () => {
    for (const [, code = ''] of page.matchAll(/`([A-Z]+_[A-Z_]+)`/g)) {
      const known = [...Object.keys(faultTable), ...sampleNames, ...ours]
      expect(known).toContain(code)
    }
  })
})
