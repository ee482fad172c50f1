import { expect, test } from 'vitest'
import { start } from './built-command.ts'

// The lists of the platform are still filling up here: they hold some 30 kB of each payment, until they
// are full, and code is still being compiled. apps/sandbox/README.md has the figures of the long run.
test('memory grows by no more than what is kept on purpose, payment after payment', async () => {
  const bound = ['--max-heap-per-payment', '150000']
  const { code, out } = await start(['soak', '--payments', '60', ...bound, '--json']).ended
  const soaked = JSON.parse(out.trim().split('\n').at(-1) ?? '')
  expect(soaked.payments).toBe(60)
  // A payment asks for points, secrets, commitments, and half of them for hash and preimage.
  expect(soaked.events).toBeGreaterThan(60 * 6)
  expect(soaked.signerShare).toBeGreaterThan(0)
  expect(soaked.signerShare).toBeLessThanOrEqual(1)
  expect(soaked.heapPerPayment).toBeLessThan(150_000)
  expect(code).toBe(0)
}, 120_000)

test('more growth than the bound fails the command', async () => {
  const bound = ['--max-heap-per-payment', '1']
  const { code } = await start(['soak', '--payments', '20', ...bound, '--json']).ended
  expect(code).toBe(1)
}, 120_000)
