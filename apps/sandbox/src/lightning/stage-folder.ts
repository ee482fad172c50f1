import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { chainFile } from '../chain/chain-folder.ts'
import { decodeKept, encodeKept } from '../kept-json.ts'
import { entityFile } from '../platform/entity-folder.ts'
import type { StageState } from './stage.ts'
import { StateError } from './state-error.ts'

// nodes.json: a line with the format, then one with all nodes and with what was in the files of the
// chain and the platform at that moment. Those two are written as things happen. Where there is more in
// them than nodes.json knows of, the nodes have promised something that their state has forgotten.
// The peers' seeds are in it, and the identity of our node, which takes no money; none of the signer's.

const file = 'nodes.json'
const first = { format: 'boltwarden-sandbox-nodes', version: 1 }

/** A file that only grows, as it was at one moment. */
type Journal = { readonly file: string; readonly bytes: number; readonly sha256: string }

type Saved = { readonly journals: readonly Journal[]; readonly stage: StageState }

/** Where the state of a stage is kept, beside its chain and its platform's entities. */
export type StageFolder = {
  /** What was saved last; undefined in a new folder. */
  readonly saved: StageState | undefined
  /** Whether chain or entities have changed since. */
  readonly isBehind: () => boolean
  /** Writes a state in the place of the last one: all of it, or nothing if it is interrupted. */
  readonly save: (state: StageState) => void
}

/**
 * Looks at a folder's state, before the chain and the platform in it are opened.
 *
 * @throws {StateError} if it is of another version, or older than what has happened.
 */
export function openStageFolder(folder: string): StageFolder {
  const path = join(folder, file)
  const journals = [entityFile, chainFile].map((name) => join(folder, name))
  const before = existsSync(path) ? readSaved(path) : undefined
  if (before === undefined && journals.some((each) => existsSync(each))) {
    throw new StateError('STATE_OLD', `"${folder}" was never saved: its first run was cut off`)
  }
  for (const journal of before?.journals ?? []) compare(folder, journal)
  const last = { journals: before?.journals }
  return {
    saved: before?.stage,
    isBehind: () => journals.some((each, at) => statSync(each).size !== last.journals?.[at]?.bytes),
    save: (stage) => {
      last.journals = [entityFile, chainFile].map((name) => measure(folder, name))
      writeWhole(folder, `${JSON.stringify(first)}\n${encodeKept({ ...last, stage })}\n`)
    },
  }
}

function readSaved(path: string): Saved {
  const [head, body = ''] = readFileSync(path, 'utf8').split('\n')
  if (head === JSON.stringify(first)) return decodeKept<Saved>(body)
  throw new StateError('STATE_VERSION', `"${path}" expected ${JSON.stringify(first)}`)
}

function compare(folder: string, { file: name, bytes, sha256 }: Journal): void {
  const path = join(folder, name)
  const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  if (digest(content.subarray(0, bytes)) !== sha256) {
    throw new StateError('STATE_FOREIGN', `"${path}" is not the file that "${file}" was saved with`)
  }
  if (content.length > bytes) {
    throw new StateError(
      'STATE_OLD',
      `"${path}" has ${content.length - bytes} bytes more than when "${file}" was saved: the sandbox ` +
        'ended in the middle of something, or an old file was copied back',
    )
  }
}

/** What is in a journal, and on the disk. */
function measure(folder: string, name: string): Journal {
  const path = join(folder, name)
  flush(path)
  const content = readFileSync(path)
  return { file: name, bytes: content.length, sha256: digest(content) }
}

function writeWhole(folder: string, text: string): void {
  const path = join(folder, file)
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  flush(`${path}.new`)
  renameSync(`${path}.new`, path)
  flush(folder)
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
