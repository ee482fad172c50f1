import { createGraphQLError } from 'graphql-yoga'
import { formatTimestamp } from '../environment.ts'
import type { Platform } from '../platform/platform.ts'
import { PlatformError } from '../platform/platform-error.ts'

/** A mutation as it goes into the log. */
type Call = { readonly operation: string; readonly input: object }

/** Runs a mutation and writes it down, accepted or refused; a refusal gets the platform's form. */
export function recorded<T>(platform: Platform, call: Call, run: () => T): T {
  try {
    const result = run()
    note(platform, call, undefined)
    return result
  } catch (error) {
    throw refusal(platform, call, error)
  }
}

/** The same for a mutation that takes its time: it is written down when it ends. */
export async function recordedLater<T>(
  platform: Platform,
  call: Call,
  run: () => Promise<T>,
): Promise<T> {
  try {
    const result = await run()
    note(platform, call, undefined)
    return result
  } catch (error) {
    throw refusal(platform, call, error)
  }
}

function note(platform: Platform, { operation, input }: Call, error: string | undefined): void {
  platform.mutations.append({
    at: formatTimestamp(platform.environment.nowMicros()),
    operation,
    input: { ...input },
    error,
  })
}

function refusal(platform: Platform, call: Call, error: unknown): unknown {
  if (!(error instanceof PlatformError)) return error
  note(platform, call, error.errorName)
  return graphqlError(error)
}

/** A refusal of the platform in the form that clients read. */
export function graphqlError(error: PlatformError): Error {
  return createGraphQLError(error.message, { extensions: { error_name: error.errorName } })
}
