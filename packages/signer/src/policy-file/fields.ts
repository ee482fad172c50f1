import { z } from 'zod'
import { inner, shapeOf } from '../config/toml.ts'

/** One key of a file, as its schema describes it. */
export type Field = {
  /** The table it stands in, as `['channels']`; empty for the top. */
  readonly table: readonly string[]
  readonly key: string
  readonly description: string
  /** What fits, in words. */
  readonly type: string
  /** What holds where it is not written; undefined where that is nothing. */
  readonly preset: unknown
  /** What an entry may look like, where there is no default to show. */
  readonly example: unknown
}

/** A table of a file, or a list of tables. */
export type Table = {
  readonly path: readonly string[]
  readonly description: string
  /** Whether it may stand several times: `[[path]]`. */
  readonly repeated: boolean
  readonly fields: readonly Field[]
}

/** The tables of a schema, the top first, each before those within it. */
export function tablesOf(schema: z.ZodType): readonly Table[] {
  return tablesWithin(schema, [], false)
}

function tablesWithin(
  schema: z.ZodType,
  path: readonly string[],
  repeated: boolean,
): readonly Table[] {
  const entries = Object.entries(shapeOf(schema) ?? {}).map(
    ([key, value]) => [key, schemaOf(value)] as const,
  )
  const fields = entries
    .filter(([, value]) => !isTable(value))
    .map(([key, value]) => fieldOf(path, key, value))
  const within = entries
    .filter(([, value]) => isTable(value))
    .flatMap(([key, value]) => {
      const list = inner(value)
      return list instanceof z.ZodArray
        ? tablesWithin(schemaOf(list.element), [...path, key], true)
        : tablesWithin(value, [...path, key], false)
    })
  return [{ path, description: descriptionOf(schema), repeated, fields }, ...within]
}

function isTable(schema: z.ZodType): boolean {
  const bare = inner(schema)
  if (bare instanceof z.ZodArray) return shapeOf(bare.element) !== undefined
  return bare instanceof z.ZodObject
}

function fieldOf(table: readonly string[], key: string, schema: z.ZodType): Field {
  return {
    table,
    key,
    description: descriptionOf(schema),
    type: typeOf(schemaOf(inner(schema))),
    preset: schema instanceof z.ZodDefault ? schema.parse(undefined) : schema.meta()?.['default'],
    example: exampleOf(schema),
  }
}

/** A description stands on the outside of a schema, or on what a default wraps. */
function descriptionOf(schema: z.ZodType): string {
  return schema.description ?? schemaOf(inner(schema)).description ?? ''
}

function schemaOf(value: unknown): z.ZodType {
  if (value instanceof z.ZodType) return value
  throw new TypeError('"schema" expected one of zod')
}

function typeOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodBoolean) return '`true` or `false`'
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(', ')
  if (schema instanceof z.ZodNumber) return `${schema.minValue} to ${schema.maxValue}`
  return 'text'
}

function exampleOf(schema: z.ZodType): unknown {
  const { examples } = schema.meta() ?? schemaOf(inner(schema)).meta() ?? {}
  return Array.isArray(examples) ? examples[0] : undefined
}
