import { type Logger as PinoLogger, pino } from 'pino'
import type { Clock } from './clock.ts'
import { SignerFault } from './fault.ts'

/** Where log lines go. */
export type Logger = PinoLogger

/** The levels, from the gravest. docs/operations.md says what is logged at each. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

/** Takes lines of text; a stream does. */
export type LogTarget = { readonly write: (line: string) => void }

/**
 * A logger that writes one JSON object a line, with the level by name and the time by `clock`.
 * Lines are written at once, so that the last one before an exit is there.
 *
 * A line that cannot be written is lost: a full disk must neither change what is replied nor keep
 * the process from stopping. `onLost` is told of the first one.
 */
export function createLogger(
  options: { readonly level: LogLevel },
  deps: {
    readonly clock: Clock
    readonly target: LogTarget
    readonly onLost?: (error: unknown) => void
  },
): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(deps.clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    withoutErrors(deps.target, deps.onLost),
  )
}

function withoutErrors(target: LogTarget, onLost: ((error: unknown) => void) | undefined) {
  let isLost = false
  return {
    write(line: string) {
      try {
        target.write(line)
      } catch (error) {
        if (!isLost) onLost?.(error)
        isLost = true
      }
    },
  }
}

/** What may be logged of an error. */
export type ErrorFacts = {
  readonly name: string
  readonly code?: string
  readonly fault?: object
  /** Where it was thrown. A stack's first lines hold its message and are left out. */
  readonly frames?: readonly string[]
  readonly cause?: ErrorFacts
}

/**
 * What may be logged of an error: its name, code and frames. The message of an error that is not
 * ours is left out: a parser's quotes its input, and the input may be a secret.
 */
export function errorFacts(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error)) return { name: typeof error }
  const { cause } = error
  const next = cause === undefined || depth > 3 ? undefined : errorFacts(cause, depth + 1)
  return {
    name: error.name,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error instanceof SignerFault ? { fault: error.fault } : { frames: framesOf(error) }),
    ...(next !== undefined && { cause: next }),
  }
}

function framesOf(error: Error): readonly string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
}
