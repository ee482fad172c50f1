import { eventId } from '@boltwarden/core/ids'
import { describe, expect, test } from 'vitest'
import type { Entropy } from '../src/entropy.ts'
import { restMs } from '../src/outbox/back-off.ts'
import { Settlements } from '../src/outbox/settlements.ts'
import { steadyNow } from '../src/outbox/steady-now.ts'
import { ManualClock } from './shared/manual-clock.ts'

const draws = (byte: number): Entropy => ({ bytes: (length) => new Uint8Array(length).fill(byte) })
const backOff = { firstMs: 1000, maxMs: 60_000 }

describe('the rest between attempts', () => {
  test('doubles up to its bound, between half and the whole', () => {
    const between = (attempts: number) => [
      restMs(attempts, backOff, draws(0)),
      restMs(attempts, backOff, draws(255)),
    ]
    expect([1, 2, 3, 6, 7, 1000].map(between)).toEqual([
      [500, 1000],
      [1000, 2000],
      [2000, 4000],
      [16_000, 32_000],
      [30_000, 60_000],
      [30_000, 60_000],
    ])
  })
})

describe('the time of claims and rests', () => {
  test('passes at least as fast as time does, however the wall clock is set', () => {
    const clock = new ManualClock(1_000_000)
    const now = steadyNow(clock)
    expect(now()).toBe(1_000_000)
    clock.pass(10)
    clock.jump(-5 * 3_600_000)
    expect(now()).toBe(1_000_010)
    clock.pass(10)
    expect(now()).toBe(1_000_020)
    clock.jump(6 * 3_600_000)
    expect(now()).toBe(1_000_020 + 3_600_000)
  })
})

describe('waiting for an answer to be brought', () => {
  test('wakes everybody who waits for it, once it is', async () => {
    const settlements = new Settlements()
    const [one, other] = [eventId('e-1'), eventId('e-2')]
    const waiting = [settlements.of(one), settlements.of(one)]
    const elsewhere = settlements.of(other)
    elsewhere.forget()
    settlements.brought(one)
    await Promise.all(waiting.map(({ brought }) => brought))
    for (const { forget } of waiting) forget()
  })
})
