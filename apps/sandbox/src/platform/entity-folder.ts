import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { decodeKept, encodeKept } from '../kept-json.ts'
import type { Entity } from './entities.ts'

// entities.ndjson: a line with the format, then each entity as it was written; the last line of an
// id counts. It holds what the signer has released (preimages, secrets of revoked commitments), as
// a platform does, and is for its owner only.

/** The name of the file in its folder. */
export const entityFile = 'entities.ndjson'

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
  const file = join(folder, entityFile)
  const content = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const whole = content.slice(0, content.lastIndexOf('\n') + 1)
  const [head, ...lines] = whole.split('\n').filter((line) => line !== '')
  if (head !== undefined && head !== JSON.stringify(first)) {
    throw new RangeError(`"${file}" expected ${JSON.stringify(first)}`)
  }
  if (head === undefined) writeFileSync(file, `${JSON.stringify(first)}\n`, { mode: 0o600 })
  else if (whole.length < content.length) truncateSync(file, Buffer.byteLength(whole))
  const entities = new Map<string, Entity>()
  for (const line of lines) {
    const entity = decodeKept<Entity>(line)
    entities.set(entity.id, entity)
  }
  return {
    entities: [...entities.values()],
    // On the disk before the signer is asked: what it answers to must not be forgotten.
    remember: (entity) => appendFileSync(file, `${encodeKept(entity)}\n`, { flush: true }),
  }
}
