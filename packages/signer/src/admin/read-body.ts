import type { z } from 'zod'
import { problemsOf } from '../config/toml.ts'
import { SignerFault } from '../fault.ts'

/**
 * Reads the body of a call.
 *
 * @throws {SignerFault} `ADMIN_MALFORMED`, which names the first field at fault.
 */
export function readBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const [first] = read.error.issues.flatMap((issue) => problemsOf(issue, schema))
  const { key = '', expected = 'another body' } = first ?? {}
  throw new SignerFault({ code: 'ADMIN_MALFORMED', path: key, expected })
}
