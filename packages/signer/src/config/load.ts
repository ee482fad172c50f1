import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { type ConfigProblem, SignerFault, systemReason } from '../fault.ts'
import { nearest } from './nearest.ts'
import { type Config, configSchema } from './schema.ts'

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 *
 * @throws {SignerFault} `CONFIG_UNREADABLE` or `CONFIG_INVALID`. Neither quotes the file.
 */
export function loadConfig(file: string): Config {
  return withAbsolutePaths(parseConfig(readText(file), file), dirname(resolve(file)))
}

/**
 * Reads the text of a configuration, with its paths as they are written.
 *
 * @throws {SignerFault} as {@link loadConfig}.
 */
export function parseConfig(text: string, file: string): Config {
  const parsed = configSchema.safeParse(parseToml(text, file))
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap(problemsOf)
    throw new SignerFault({ code: 'CONFIG_INVALID', file, problems })
  }
  const problems = contradictions(parsed.data)
  if (problems.length > 0) throw new SignerFault({ code: 'CONFIG_INVALID', file, problems })
  return parsed.data
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'CONFIG_UNREADABLE', file, reason }, { cause })
  }
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

function problemsOf(issue: z.core.$ZodIssue): readonly ConfigProblem[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path)
    return issue.keys.map((key) => {
      const meant = nearest(key, known)
      const problem = { key: [...path, key].join('.'), expected: `one of ${known.join(', ')}` }
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
function knownKeys(path: readonly string[]): readonly string[] {
  let schema: unknown = configSchema
  for (const key of path) schema = inner(shapeOf(schema)?.[key])
  return Object.keys(shapeOf(schema) ?? {})
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  const object = inner(schema)
  return object instanceof z.ZodObject ? object.shape : undefined
}

/** A schema without the defaults and options around it. */
function inner(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return inner(schema.unwrap())
  return schema instanceof z.ZodOptional ? inner(schema.unwrap()) : schema
}

/** What each value allows and both together do not. */
function contradictions(config: Config): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const { platform, webhook, admin } = config
  if (platform.answer === 'mutation') {
    for (const key of ['api_client_id', 'api_client_secret_file'] as const) {
      if (platform[key] === undefined) {
        problems.push({
          key: `platform.${key}`,
          expected: 'a value, as platform.answer is mutation',
        })
      }
    }
  }
  if (webhook.port !== 0 && webhook.port === admin.port && webhook.host === admin.host) {
    problems.push({ key: 'admin.port', expected: 'another port than webhook.port' })
  }
  return problems
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const absolute = (path: string) => resolve(folder, path)
  const { keys, store, webhook, platform } = config
  return {
    ...config,
    keys: {
      ...keys,
      key_store_file: absolute(keys.key_store_file),
      ...(keys.passphrase_file !== undefined && {
        passphrase_file: absolute(keys.passphrase_file),
      }),
    },
    store: { ...store, file: absolute(store.file) },
    webhook: { ...webhook, secret_files: webhook.secret_files.map(absolute) },
    platform: {
      ...platform,
      ...(platform.api_client_secret_file !== undefined && {
        api_client_secret_file: absolute(platform.api_client_secret_file),
      }),
    },
  }
}
