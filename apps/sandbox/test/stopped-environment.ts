import type { Environment } from '../src/index.ts'

/** 2024-06-05T04:20:45.171899+00:00 */
export const startMicros = 1_717_561_245_171_899

/** A clock that only waiting moves, entropy that repeats, and the pauses that were waited. */
export function stoppedEnvironment(): Environment & { readonly pauses: readonly number[] } {
  const pauses: number[] = []
  let now = startMicros
  let drawn = 0
  return {
    pauses,
    nowMicros: () => now,
    random: (length) => Uint8Array.from({ length }, () => (drawn++ * 37) % 256),
    wait: (ms) => {
      pauses.push(ms)
      now += ms * 1000
      return Promise.resolve()
    },
  }
}
