import { networks } from '@boltwarden/core/network'
import { firstLockTime, plausibleHeights } from '@boltwarden/policy/chain-height'
import { describe, expect, test } from 'vitest'

describe('heights that a chain may have', () => {
  // Blocks of mainnet and their times.
  test.each([
    [840_000, '2024-04-20T00:09:27Z'],
    [860_000, '2024-09-05T00:00:00Z'],
    [880_000, '2025-01-20T00:00:00Z'],
    [900_000, '2025-06-06T00:00:00Z'],
  ])('hold block %i of mainnet at its time', (height, time) => {
    const { lowest, highest } = plausibleHeights('MAINNET', Date.parse(time))
    expect(lowest).toBeLessThan(height)
    expect(highest).toBeGreaterThan(height)
    expect(highest - lowest).toBeLessThan(12_000)
  })

  test('never fall with the clock, and end below lock times that are times', () => {
    for (const network of networks) {
      const [past, now, later] = [0, Date.UTC(2026, 0), Date.UTC(2126, 0)].map((atMs) =>
        plausibleHeights(network, atMs),
      )
      expect(past?.highest).toBeLessThanOrEqual(now?.highest ?? 0)
      expect(now?.highest).toBeLessThanOrEqual(later?.highest ?? 0)
      expect(past?.lowest).toBeLessThanOrEqual(later?.lowest ?? 0)
      expect(later?.highest).toBeLessThan(firstLockTime)
    }
  })

  test('are bounded only roughly where blocks are made at will', () => {
    expect(plausibleHeights('REGTEST', 0)).toEqual({ lowest: 0, highest: 10_000_000 })
  })
})
