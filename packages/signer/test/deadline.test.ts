import { expect, test } from 'vitest'
import { deadlineAfter } from '../src/pipeline/deadline.ts'

test('work whose time has passed is not begun', async () => {
  let now = 0
  const deadline = deadlineAfter(0, 100, { nowMs: () => 0, monotonicMs: () => now })
  expect(await deadline.hold(async () => 'in time')).toBe('in time')
  now = 100
  let begun = false
  const late = deadline.hold(async () => {
    begun = true
  })
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
  expect(begun).toBe(false)
})
