import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { type ConfigProblem, SignerFault, systemReason } from '../fault.ts'
import { nearest } from './nearest.ts'

/**
 * The text of a file that the owner wrote.
 *
 * @throws {SignerFault} `CONFIG_UNREADABLE`.
 */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'CONFIG_UNREADABLE', file, reason }, { cause })
  }
}

/** Words of its own for a key that is unknown for a reason. */
export type ExplainKey = (path: readonly string[], key: string) => string | undefined

/**
 * Reads TOML of a known shape. Unknown keys are named with the nearest known one; values are never
 * quoted.
 *
 * @throws {SignerFault} `CONFIG_UNREADABLE` or `CONFIG_INVALID`.
 */
export function parseTomlAs<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  explain: ExplainKey = () => undefined,
): z.output<S> {
  const parsed = schema.safeParse(parseToml(text, file))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, schema, explain))
  throw new SignerFault({ code: 'CONFIG_INVALID', file, problems })
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    // Its message shows the line, which may hold what somebody wrongly put into the file.
    const reason =
      error instanceof TomlError
        ? `not TOML at line ${error.line}, column ${error.column}`
        : 'not TOML'
    throw new SignerFault({ code: 'CONFIG_UNREADABLE', file, reason })
  }
}

/** What is wrong with a value of a known shape, in the same words for every file and call. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  explain: ExplainKey = () => undefined,
): readonly ConfigProblem[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path)
    return issue.keys.map((key) => {
      const name = [...path, key].join('.')
      const reason = explain(path, key)
      if (reason !== undefined) return { key: name, expected: reason }
      const meant = nearest(key, known)
      const problem = { key: name, expected: `one of ${known.join(', ')}` }
      return meant === undefined ? problem : { ...problem, nearest: meant }
    })
  }
  return [{ key: path.join('.'), expected: expectation(issue) }]
}

/** What stood to be expected; zod's own text where it names no value of the input. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected
    case 'too_small':
      return `at least ${issue.minimum}`
    case 'too_big':
      return `at most ${issue.maximum}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return issue.pattern === undefined ? issue.format : `text matching ${issue.pattern}`
    default:
      return 'another value'
  }
}

/** The keys of the table that `path` leads to. */
function knownKeys(schema: z.ZodType, path: readonly string[]): readonly string[] {
  let at: unknown = schema
  for (const key of path) {
    const outer = inner(at)
    at = outer instanceof z.ZodArray ? outer.element : shapeOf(outer)?.[key]
  }
  return Object.keys(shapeOf(at) ?? {})
}

/** The keys of a table with their schemas; undefined where a schema is no table. */
export function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  const object = inner(schema)
  return object instanceof z.ZodObject ? object.shape : undefined
}

/** A schema without the defaults and options around it. */
export function inner(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return inner(schema.unwrap())
  return schema instanceof z.ZodOptional ? inner(schema.unwrap()) : schema
}
