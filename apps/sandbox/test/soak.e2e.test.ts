import { describe, expect, test } from 'vitest'
import { isFlat } from '../src/soak/soak.ts'
import { start } from './built-command.ts'

// The lists of the platform are still filling up here: they hold some 30 kB of each payment, until they
// are full, and code is still being compiled. apps/sandbox/README.md has the figures of the long run.
// WebAssembly has free space at first: a run must be long enough to use that up, or nothing shows.
describe('many payments', () => {
  test('memory grows by no more than what is kept on purpose, inside the heap and outside', async () => {
    const bounds = ['--max-heap-per-payment', '100000', '--max-external-per-payment', '4000']
    const { code, out } = await start(['soak', '--payments', '150', ...bounds, '--json']).ended
    const soaked = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    expect(soaked.payments).toBe(150)
    // A payment asks for points, secrets, commitments, and half of them for hash and preimage.
    expect(soaked.events).toBeGreaterThan(150 * 6)
    expect(soaked.signerShare).toBeGreaterThan(0)
    expect(soaked.signerShare).toBeLessThanOrEqual(1)
    expect(soaked.heapPerPayment).toBeLessThan(100_000)
    expect(soaked.externalPerPayment).toBeLessThan(4_000)
    expect(code).toBe(0)
  }, 240_000)

  test('more growth than the bound fails the command', async () => {
    const bound = ['--max-heap-per-payment', '1']
    const { code } = await start(['soak', '--payments', '20', ...bound, '--json']).ended
    expect(code).toBe(1)
  }, 120_000)

  test.each([
    [100, 100, true],
    [101, 100, false],
    [100, 101, false],
    [-5, 0, true],
  ])(
    'growth of %i in the heap and %i outside, where 100 are allowed: %s',
    (heap, external, flat) => {
      const bounds = { maxHeapPerPayment: 100, maxExternalPerPayment: 100 }
      expect(isFlat({ heapPerPayment: heap, externalPerPayment: external }, bounds)).toBe(flat)
    },
  )
})
