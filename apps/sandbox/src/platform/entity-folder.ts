import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entity } from './entities.ts'

// entities.ndjson: a line with the format, then each entity as it was written; the last line of an
// id counts. It holds what the signer has released (preimages, secrets of revoked commitments), as
// a platform does, and is for its owner only.

const first = { format: 'boltwarden-sandbox-entities', version: 1 }

/** Entities that outlive the process. */
export type EntityStore = {
  /** What was there when it was opened, in the order in which it was created. */
  readonly entities: readonly Entity[]
  readonly remember: (entity: Entity) => void
}

/** Forgets everything. */
export const noStore: EntityStore = { entities: [], remember: () => {} }

/**
 * The entities of a folder. What a crash left of a last line is cut off.
 *
 * @throws {RangeError} if the file is of another format or version.
 */
export function openEntityStore(folder: string): EntityStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'entities.ndjson')
  const content = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const whole = content.slice(0, content.lastIndexOf('\n') + 1)
  const [head, ...lines] = whole.split('\n').filter((line) => line !== '')
  if (head !== undefined && head !== JSON.stringify(first)) {
    throw new RangeError(`"${file}" expected ${JSON.stringify(first)}`)
  }
  writeFileSync(file, head === undefined ? `${JSON.stringify(first)}\n` : whole, { mode: 0o600 })
  const entities = new Map<string, Entity>()
  for (const line of lines) {
    const entity = decodeEntity(line)
    entities.set(entity.id, entity)
  }
  return {
    entities: [...entities.values()],
    remember: (entity) => appendFileSync(file, `${encodeEntity(entity)}\n`),
  }
}

/** JSON has neither bigints nor maps: each becomes an object with one field that says so. */
function encodeEntity(entity: Entity): string {
  return JSON.stringify(entity, (_key, value: unknown) => {
    if (typeof value === 'bigint') return { $bigint: String(value) }
    return value instanceof Map ? { $map: [...value] } : value
  })
}

function decodeEntity(line: string): Entity {
  return JSON.parse(line, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('$bigint' in value) return BigInt(String(value.$bigint))
    return '$map' in value && Array.isArray(value.$map) ? new Map(value.$map) : value
  })
}
