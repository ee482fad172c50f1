import type { EventId } from '@boltwarden/core/ids'

/** The places between two steps of I/O at which a process may die, in the order of the way. */
export const crashPoints = [
  'after-receive',
  'before-commit',
  'after-commit',
  'before-send',
  'after-send',
  'after-mark',
] as const

/** A place between two steps of I/O. */
export type CrashPoint = (typeof crashPoints)[number]

/**
 * Told of each place that a delivery passes, by tests that end the process there. It is passed in
 * by code alone: no configuration, no environment and no flag of the command can give one.
 */
export type Probe = (point: CrashPoint, event: EventId) => void
