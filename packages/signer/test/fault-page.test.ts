import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isFault, SignerFault } from '../src/fault.ts'
import { faultPage } from '../src/fault-page.ts'
import { faultTable } from '../src/fault-table.ts'

const page = new URL('../../../docs/errors.md', import.meta.url)

describe('docs/errors.md', () => {
  test('is what the table of faults says', () => {
    // UPDATE_DOCS=1 writes the page anew.
    const { UPDATE_DOCS } = process.env
    if (UPDATE_DOCS === '1') writeFileSync(page, faultPage())
    expect(readFileSync(page, 'utf8')).toBe(faultPage())
  })

  test('explains every fault in whole sentences', () => {
    for (const { cause, fix } of Object.values(faultTable)) {
      expect(cause).toMatch(/^[A-Z].*\.$/s)
      expect(fix).toMatch(/\.$/s)
    }
  })
})

describe('SignerFault', () => {
  test('tells its facts in one line', () => {
    const fault = new SignerFault({
      code: 'CONFIG_INVALID',
      file: 'boltwarden.toml',
      problems: [{ key: 'webhook.prot', expected: 'one of host, port', nearest: 'port' }],
    })
    expect(fault.message).toBe(
      'The configuration has keys that are unknown or values that do not fit. ' +
        '(file: boltwarden.toml, problems: "webhook.prot" expected one of host, port; did you mean "port"?)',
    )
    expect(fault.retryable).toBe(false)
    expect(isFault(fault, 'CONFIG_INVALID')).toBe(true)
    expect(isFault(fault, 'INTERNAL')).toBe(false)
    expect(isFault(new Error('CONFIG_INVALID'), 'CONFIG_INVALID')).toBe(false)
  })
})
