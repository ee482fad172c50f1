import type { Clock } from '../../src/clock.ts'

/** A clock that moves when it is told to. */
export class ManualClock implements Clock {
  #nowMs: number
  #monotonicMs = 0

  constructor(nowMs = Date.parse('2026-01-01T00:00:00Z')) {
    this.#nowMs = nowMs
  }

  readonly nowMs = () => this.#nowMs
  readonly monotonicMs = () => this.#monotonicMs

  /** Time passes. */
  pass(ms: number): void {
    this.#nowMs += ms
    this.#monotonicMs += ms
  }

  /** Somebody sets the wall clock. */
  jump(ms: number): void {
    this.#nowMs += ms
  }
}
