import { expect, test } from 'vitest'
import { createLogger } from '../src/logging.ts'

const clock = { nowMs: () => 0, monotonicMs: () => 0 }

test('a line that cannot be written changes nothing for who logs, and is told once', () => {
  const lost: unknown[] = []
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const target = {
    write() {
      throw full
    },
  }
  const logger = createLogger(
    { level: 'info' },
    { clock, target, onLost: (error) => lost.push(error) },
  )
  logger.info('one')
  logger.error({ event_id: 'e-1' }, 'two')
  expect(lost).toEqual([full])
})
