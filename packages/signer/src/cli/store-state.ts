import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Realm } from '@boltwarden/store'
import { backUpSqlite, openSqlite } from '@boltwarden/store/sqlite'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { SignerFault, systemReason } from '../fault.ts'
import {
  type CompleteState,
  decodeState,
  encodeState,
  type StateDocument,
} from '../interchange/document.ts'
import { exportState, minimalOf } from '../interchange/export-state.ts'
import { carryOut } from '../interchange/import-state.ts'
import { type ImportPlan, isEmptyState, planImport } from '../interchange/plan.ts'
import { ownFault } from '../pipeline/ending.ts'
import { type Care, localAuthor, withStore } from '../store-care/care.ts'
import { makeFolder, writeNew } from '../write-file.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = { readonly config: string; readonly json?: boolean }

/** The flags of `boltwarden store export`. */
export type StoreExportFlags = Flags & { readonly out: string; readonly minimal?: boolean }

/** The flags of `boltwarden store import`. */
export type StoreImportFlags = Flags & {
  readonly from: string
  readonly intents?: boolean
  readonly dryRun?: boolean
}

/**
 * `boltwarden store export`.
 *
 * @throws {SignerFault} `STORE_IN_USE` where a database changed meanwhile.
 */
export async function runStoreExport(flags: StoreExportFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const state =
    config.store.backend === 'sqlite'
      ? await stateOfCopy(config, `${flags.out}.${process.pid}.copy`)
      : await withStore(config, { evenHalted: true }, stateAtRest)
  const document = flags.minimal === true ? minimalOf(state) : state
  writeNew(flags.out, Buffer.from(encodeState(document)), 0o600)
  const told = { file: flags.out, extent: document.extent, channels: state.channels.length }
  const text = `${told.channels} channels, ${told.extent}, in ${flags.out}\n`
  print(terminal, flags.json, told, text)
}

/** Of a copy, so that it is of one moment while a signer runs. */
async function stateOfCopy(config: Config, copy: string): Promise<CompleteState> {
  const { file } = config.store
  try {
    try {
      backUpSqlite(file, copy, 'for an export')
    } catch (error) {
      throw ownFault(error)
    }
    const ofCopy = { ...config, store: { ...config.store, file: copy } }
    return await withStore(ofCopy, { evenHalted: true }, exportState)
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-users']) rmSync(`${copy}${suffix}`, { force: true })
  }
}

/** Nothing keeps signers from a database: that none of them changed it shows in its generation. */
async function stateAtRest(care: Care): Promise<CompleteState> {
  const state = await exportState(care)
  const { generation } = await care.backend.generation()
  if (generation !== state.generation.generation) throw new SignerFault({ code: 'STORE_IN_USE' })
  return state
}

/**
 * `boltwarden store import`: no signer may run. A database must have its schema already.
 *
 * @throws {SignerFault} `STATE_FILE_INVALID`, `STORE_CONFLICTING`, `STORE_IN_USE`.
 */
export async function runStoreImport(flags: StoreImportFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const { document, digest } = readDocument(flags.from)
  refuseRealm(config, document.realm, flags.from)
  const { backend, file } = config.store
  const isMissing = backend === 'sqlite' && !existsSync(file)
  if (isMissing && flags.dryRun !== true) await makeStore(config, document.realm)
  const options = { alone: true, evenHalted: true }
  await withStore(config, options, async (care) => {
    if (sayRealm(care.realm) !== sayRealm(document.realm)) throw strange(flags.from, care.realm)
    const ours = await exportState(care)
    const plan = planImport(ours, document, flags.intents === true || isEmptyState(ours))
    const { conflicts } = plan
    if (conflicts.length > 0) {
      throw new SignerFault({
        code: 'STORE_CONFLICTING',
        conflicts: conflicts.slice(0, maxConflicts),
      })
    }
    const detail = `${document.extent}, generation ${document.generation.generation}, sha256 ${digest}`
    const imported = flags.dryRun !== true
    if (imported) await carryOut(plan, ours, care.backend, localAuthor(systemClock), detail)
    print(terminal, flags.json, { imported, ...shown(plan) }, describe(plan, imported))
  })
}

const maxConflicts = 20

function readDocument(file: string): { readonly document: StateDocument; readonly digest: string } {
  const text = readText(file)
  const document = decodeState(text)
  if (!document.ok) {
    throw new SignerFault({ code: 'STATE_FILE_INVALID', file, reason: document.error.message })
  }
  return { document: document.value, digest: createHash('sha256').update(text).digest('hex') }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'STATE_FILE_INVALID', file, reason }, { cause })
  }
}

function refuseRealm(config: Config, realm: Realm, file: string): void {
  const { network, keys } = config
  const fingerprint = keys.fingerprint ?? realm.fingerprint
  if (sayRealm({ fingerprint, network }) !== sayRealm(realm)) {
    throw strange(file, { fingerprint, network })
  }
}

function sayRealm({ fingerprint, network }: Realm): string {
  return `${fingerprint} ${network}`
}

function strange(file: string, realm: Realm): SignerFault {
  return new SignerFault({ code: 'STATE_FILE_INVALID', file, reason: `not of ${sayRealm(realm)}` })
}

async function makeStore({ store }: Config, realm: Realm): Promise<void> {
  makeFolder(dirname(store.file))
  try {
    await openSqlite({ path: store.file, realm })[Symbol.asyncDispose]()
  } catch (error) {
    throw ownFault(error)
  }
}

function shown({
  history,
  channels,
  invoices,
  intents,
  newIntents,
  leftOut,
  spends,
  node,
}: ImportPlan) {
  return {
    history,
    changed: {
      channels: channels.length,
      invoices: invoices.length,
      intents: intents.length + newIntents.length,
      spends: spends.length,
      node: node !== undefined,
    },
    intents_left_out: leftOut,
  }
}

function describe(plan: ImportPlan, imported: boolean): string {
  const { channels, invoices, intents, newIntents, leftOut, spends } = plan
  const counts = [
    `${channels.length} channels`,
    `${invoices.length} invoices`,
    `${intents.length + newIntents.length} intents`,
    `${spends.length} spent outputs`,
  ].join(', ')
  const left = leftOut === 0 ? '' : `${leftOut} intents are not known here; --intents adds them\n`
  return `${imported ? 'changed' : 'would change'}: ${counts}\n${left}`
}
