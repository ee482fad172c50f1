import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import {
  type AuditHead,
  type AuditReport,
  AuditVerification,
  type Backend,
  emptyChain,
  makeCheckpoint,
  verifyAudit,
} from '@boltwarden/store'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import { SignerFault, systemReason } from '../fault.ts'
import { exitCodes } from '../fault-table.ts'
import { openCurve } from '../keystore/curve.ts'
import {
  type AuditHeader,
  auditLines,
  readAuditLine,
  readHeader,
} from '../store-care/audit-file.ts'
import { auditRows, firstSince } from '../store-care/audit-rows.ts'
import { localAuthor, withStore } from '../store-care/care.ts'
import { writeNewLines } from '../write-file.ts'
import { auditKeyOf, keyOfHex } from './audit-key.ts'
import { keptMs } from './keep-days.ts'
import { openKeychain, type UnlockFlags } from './open-keychain.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = UnlockFlags & { readonly config: string; readonly json?: boolean }

/** The flags of `boltwarden audit verify`. */
export type AuditVerifyFlags = Flags & { readonly file?: string; readonly publicKey?: string }

/** The flags of `boltwarden audit export`. */
export type AuditExportFlags = Flags & {
  readonly out?: string
  readonly since?: string
  readonly publicKey?: string
}

/** The flags of `boltwarden audit prune`. */
export type AuditPruneFlags = Flags & { readonly keepDays: number }

const evenHalted = { evenHalted: true }

/**
 * `boltwarden audit verify`.
 *
 * @returns 0 where nothing is wrong, 7 else.
 */
export async function runAuditVerify(flags: AuditVerifyFlags, terminal: Terminal): Promise<number> {
  const report =
    flags.file === undefined
      ? await verifyStoreLog(flags, terminal)
      : await verifyFile(flags.file, flags, terminal)
  const sound = report.findings.length === 0
  print(terminal, flags.json, { sound, ...shown(report) }, describe(report))
  return sound ? exitCodes.ok : exitCodes.unhealthy
}

async function verifyStoreLog(flags: AuditVerifyFlags, terminal: Terminal): Promise<AuditReport> {
  const config = loadConfig(flags.config)
  const key = await auditKeyOf(config, flags, terminal)
  return withStore(config, evenHalted, async ({ backend }) => {
    // A signer that runs adds rows: what was the end before must be in the log.
    const { head } = await backend.generation()
    const kept = head.sequence === 0 ? [] : [head]
    return verifyAudit(auditRows(backend.audit), {
      ...key,
      kept,
      anchor: await backend.audit.anchor(),
    })
  })
}

/** Without a configuration: a stranger to the signer can do it. */
async function verifyFile(
  file: string,
  flags: AuditVerifyFlags,
  terminal: Terminal,
): Promise<AuditReport> {
  let verification: AuditVerification | undefined
  let at = 0
  for await (const line of linesOf(file)) {
    at++
    if (verification === undefined) {
      verification = await verificationOf(readHeader(line, file), flags, terminal)
    } else verification.add(readAuditLine(line, file, at))
  }
  if (verification !== undefined) return verification.report()
  throw new SignerFault({ code: 'AUDIT_FILE_INVALID', file, line: 1, reason: 'it is empty' })
}

async function verificationOf(
  { publicKey, anchor, start }: AuditHeader,
  flags: AuditVerifyFlags,
  terminal: Terminal,
): Promise<AuditVerification> {
  if (flags.publicKey === undefined && publicKey !== undefined) {
    terminal.err.write('warning: the public key is the one that the file itself names\n')
  }
  const hex = flags.publicKey ?? (publicKey && toHex(publicKey))
  const key =
    hex === undefined
      ? await auditKeyOf(loadConfig(flags.config), flags, terminal)
      : { publicKey: keyOfHex(hex), secp256k1: await openCurve('auto') }
  const isAnchored = anchor !== undefined && anchor.sequence === start.sequence
  return new AuditVerification({ ...key, ...(isAnchored ? { anchor } : { start }) })
}

async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  } catch (cause) {
    if (cause instanceof SignerFault) throw cause
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'AUDIT_FILE_INVALID', file, line: 0, reason }, { cause })
  }
}

/** `boltwarden audit export`. */
export async function runAuditExport(flags: AuditExportFlags, terminal: Terminal): Promise<void> {
  const { out } = flags
  const publicKey = flags.publicKey === undefined ? undefined : keyOfHex(flags.publicKey)
  await withStore(loadConfig(flags.config), evenHalted, async ({ backend, realm }) => {
    const anchor = await backend.audit.anchor()
    const start = await startOf(flags.since, backend, anchor ?? emptyChain)
    const header = { realm, publicKey, start, anchor }
    const lines = auditLines(header, auditRows(backend.audit, start.sequence))
    if (out === undefined) {
      for await (const line of lines) terminal.out.write(line)
      return
    }
    const count = await writeNewLines(out, lines, 0o600)
    print(terminal, flags.json, { file: out, rows: count - 1 }, `${count - 1} rows in ${out}\n`)
  })
}

/** What the first row that is wanted follows. */
async function startOf(
  since: string | undefined,
  { audit }: Pick<Backend, 'audit'>,
  beginning: AuditHead,
): Promise<AuditHead> {
  if (since === undefined) return beginning
  const first = /^[0-9]{1,15}$/.test(since)
    ? (await audit.rows({ after: Math.max(0, Number(since) - 1), limit: 1 }))[0]
    : await firstSince(audit, momentOf(since))
  if (first === undefined) {
    throw new SignerFault({ code: 'USAGE', expected: '--since with a row or a time that there is' })
  }
  return first.sequence - 1 === beginning.sequence
    ? beginning
    : { sequence: first.sequence - 1, hash: first.previous }
}

function momentOf(text: string): number {
  const moment = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(moment)) return moment
  throw new SignerFault({ code: 'USAGE', expected: '--since as a row or as 2026-01-31T12:00:00Z' })
}

/**
 * `boltwarden audit prune`: safe while a signer runs.
 *
 * @returns 0, or 7 where the log is not sound: then nothing is removed.
 */
export async function runAuditPrune(flags: AuditPruneFlags, terminal: Terminal): Promise<number> {
  const stayMs = keptMs(flags.keepDays)
  const config = loadConfig(flags.config)
  const keychain = await openKeychain(config, flags, terminal)
  const author = localAuthor(systemClock)
  const { secp256k1 } = keychain
  const key = { publicKey: keychain.publicKey({ purpose: 'audit' }), secp256k1 }
  try {
    return await withStore(config, {}, async ({ backend }) => {
      const { last, report } = await oldRows(backend, author.atMs - stayMs, key)
      if (report.findings.length > 0) {
        print(terminal, flags.json, { pruned: 0, sound: false, ...shown(report) }, describe(report))
        return exitCodes.unhealthy
      }
      const before = await backend.audit.anchor()
      const anchor =
        last === undefined
          ? before
          : makeCheckpoint(last, author.atMs, (digest) => keychain.signAudit(digest))
      let pruned = 0
      for (let more = anchor === undefined ? 0 : 1; more > 0; pruned += more) {
        more = anchor === undefined ? 0 : await backend.audit.prune(anchor, author)
      }
      const told = { pruned, sound: true, anchor: anchor?.sequence ?? 0 }
      print(terminal, flags.json, told, `${pruned} rows removed, up to row ${told.anchor}\n`)
      return exitCodes.ok
    })
  } finally {
    keychain.dispose()
  }
}

/** What is removed can be proven no more: the whole log is verified before. */
async function oldRows(
  { audit }: Pick<Backend, 'audit'>,
  beforeMs: number,
  key: ConstructorParameters<typeof AuditVerification>[0],
): Promise<{ readonly last: AuditHead | undefined; readonly report: AuditReport }> {
  const verification = new AuditVerification({ ...key, anchor: await audit.anchor() })
  let last: AuditHead | undefined
  let isOld = true
  for await (const row of auditRows(audit)) {
    verification.add(row)
    isOld &&= row.fact.atMs < beforeMs
    if (isOld) last = row
  }
  return { last, report: verification.report() }
}

function shown({ head, findings, rows, checkpoints, signedUpTo }: AuditReport) {
  return {
    rows,
    checkpoints,
    signed_up_to: signedUpTo,
    head: { sequence: head.sequence, hash: toHex(head.hash) },
    findings,
  }
}

function describe(report: AuditReport): string {
  const { rows, checkpoints, signedUpTo, head, findings } = report
  const isEmpty = equalBytes(head.hash, emptyChain.hash)
  const end = isEmpty ? 'the log is empty' : `row ${head.sequence}, ${toHex(head.hash)}`
  return [
    `${rows} rows, ${checkpoints} checkpoints; signed for up to row ${signedUpTo}\n`,
    `ends at    ${end}\n`,
    ...findings.map(({ sequence, flaw }) => `row ${sequence}: ${flaw}\n`),
    findings.length === 0 ? 'nothing is wrong\n' : '',
  ].join('')
}
