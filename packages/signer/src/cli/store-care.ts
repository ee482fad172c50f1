import { dirname } from 'node:path'
import { toHex } from '@boltwarden/core/hex'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { type Backend, type StoreReport, type Upkeep, verifyStore } from '@boltwarden/store'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { isFault, SignerFault } from '../fault.ts'
import { exitCodes } from '../fault-table.ts'
import { localAuthor, sealFileOf, withStore } from '../store-care/care.ts'
import {
  type SealStanding,
  type Standing,
  sealStandingOf,
  standingOf,
} from '../store-care/standing.ts'
import { makeFolder } from '../write-file.ts'
import { auditKeyOf } from './audit-key.ts'
import { confirm } from './confirm.ts'
import { openKeychain, type UnlockFlags } from './open-keychain.ts'
import { print, type Terminal } from './terminal.ts'

type Flags = UnlockFlags & { readonly config: string; readonly json?: boolean }

/** The flags of `boltwarden store verify`. */
export type StoreVerifyFlags = Flags & { readonly publicKey?: string }

/** The flags of `boltwarden store accept`. */
export type StoreAcceptFlags = Flags & {
  readonly reason: string
  readonly moved?: boolean
  readonly yes?: boolean
}

/**
 * `boltwarden store status`. The seal is looked at where the key store opens.
 *
 * @returns 0, or 7 where nothing is signed with the store until it is accepted.
 */
export async function runStoreStatus(flags: Flags, terminal: Terminal): Promise<number> {
  const config = loadConfig(flags.config)
  const keychain = await openKeychain(config, flags, terminal).catch((error: unknown) => {
    if (isFault(error, 'PASSPHRASE_MISSING')) return undefined
    throw error
  })
  try {
    return await withStore(config, { evenHalted: true }, async ({ backend, upkeep, realm }) => {
      const standing = await standingOf(backend, upkeep)
      const seal = await sealOf(config, backend, keychain)
      const accepted = standing.halted === undefined && !seal.seal.startsWith('STORE_')
      const told = { accepted, realm, ...shown(standing), seal }
      print(terminal, flags.json, told, describe(standing, seal, accepted))
      return accepted ? exitCodes.ok : exitCodes.unhealthy
    })
  } finally {
    keychain?.dispose()
  }
}

/**
 * `boltwarden store verify`: wants the store alone, since one that changes meanwhile looks wrong.
 *
 * @returns 0 where nothing is wrong, 7 else.
 * @throws {SignerFault} `STORE_IN_USE` where a database was changed meanwhile.
 */
export async function runStoreVerify(flags: StoreVerifyFlags, terminal: Terminal): Promise<number> {
  const config = loadConfig(flags.config)
  const keychain =
    flags.publicKey === undefined ? await openKeychain(config, flags, terminal) : undefined
  const options = { alone: true, evenHalted: true }
  try {
    const key =
      keychain === undefined
        ? await auditKeyOf(config, flags, terminal)
        : { publicKey: keychain.publicKey({ purpose: 'audit' }), secp256k1: keychain.secp256k1 }
    return await withStore(config, options, async ({ backend, upkeep }) => {
      const before = await commits(upkeep)
      const report = await verifyStore(upkeep, backend, key)
      if ((await commits(upkeep)) !== before) throw new SignerFault({ code: 'STORE_IN_USE' })
      const seal = await sealOf(config, backend, keychain)
      const sound = report.problems === 0 && !seal.seal.startsWith('STORE_')
      const told = { sound, ...shownReport(report), seal }
      print(terminal, flags.json, told, describeReport(report, seal))
      return sound ? exitCodes.ok : exitCodes.unhealthy
    })
  } finally {
    keychain?.dispose()
  }
}

/** Nothing keeps signers from a database; a row that does not read is told by who looks at it. */
async function commits(upkeep: Pick<Upkeep, 'rows'>): Promise<unknown> {
  const [chain] = await upkeep.rows('chain', 1)
  return chain?.['generation']
}

/** The seal can be compared where the key store was opened. */
async function sealOf(
  config: Config,
  backend: Backend,
  keychain: Keychain | undefined,
): Promise<SealStanding> {
  if (keychain === undefined) return { seal: 'unknown' }
  return sealStandingOf(sealFileOf(config, backend, keychain))
}

/**
 * `boltwarden store accept`.
 *
 * @throws {SignerFault} `USAGE` where there is nothing to accept, or it was moved and that is not
 *   meant; `STORE_IN_USE`; `CANCELLED`.
 */
export async function runStoreAccept(flags: StoreAcceptFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const keychain = await openKeychain(config, flags, terminal)
  const options = { alone: true, evenHalted: true }
  try {
    await withStore(config, options, async ({ backend, upkeep }) => {
      const file = sealFileOf(config, backend, keychain)
      const halted = await upkeep.halted()
      const seal = await sealStandingOf(file)
      refuseUnasked(halted?.cause, seal, flags)
      await confirm(terminal, flags, [
        `${halted === undefined ? seal.seal : `${halted.cause}: ${halted.detail}`}.`,
        'What was promised after this store was copied is not known to it: a secret may be released',
        'twice over, an old commitment signed for. Go on only where docs/operations.md says so.',
      ])
      // On a new machine no signer has made it yet, and what is accepted is sealed at once.
      makeFolder(dirname(config.store.seal_file))
      const { generation, lineage, head } = await file.accept(
        localAuthor(systemClock),
        flags.reason,
        halted !== undefined,
      )
      const told = {
        accepted: true,
        lineage,
        generation,
        head: head.sequence,
        reason: flags.reason,
      }
      const text = [
        `accepted: generation ${generation}, row ${head.sequence} of the audit log\n`,
        'Start the signers again: one that refused this store refuses it until then.\n',
      ].join('')
      print(terminal, flags.json, told, text)
    })
  } finally {
    keychain.dispose()
  }
}

function refuseUnasked(
  cause: string | undefined,
  { seal }: SealStanding,
  { moved, reason }: StoreAcceptFlags,
): void {
  const usage = (expected: string) => new SignerFault({ code: 'USAGE', expected })
  if (reason.trim() === '') throw usage('--reason with some words')
  if (cause === 'filling')
    throw usage('a store into which a move has ended; empty it and start again')
  if (cause === 'moved' && moved !== true) {
    throw usage('--moved, as another store took the place of this one; make sure it is never used')
  }
  if (cause === undefined && !seal.startsWith('STORE_')) {
    throw usage(
      'a store that was restored, moved, rolled back or forked: nothing is to be accepted',
    )
  }
}

function shown({ generation, counts, outbox, prunedUpTo, halted }: Standing) {
  const { head, lineage } = generation
  return {
    generation: generation.generation,
    lineage,
    audit: { head: head.sequence, hash: toHex(head.hash), pruned_up_to: prunedUpTo },
    counts,
    outbox: { waiting: outbox.waiting, set_aside: outbox.setAside },
    halted: halted ?? null,
  }
}

function describe(standing: Standing, seal: SealStanding, accepted: boolean): string {
  const { generation, counts, outbox, prunedUpTo, halted } = standing
  const row = (name: string, value: string | number) => `${name.padEnd(16)} ${value}\n`
  return [
    row('generation', generation.generation),
    row('lineage', generation.lineage),
    row('audit log', `row ${generation.head.sequence}, ${toHex(generation.head.hash)}`),
    row('pruned up to', prunedUpTo),
    row(
      'remembered',
      `${counts.channels} channels, ${counts.invoices} invoices, ${counts.events} events`,
    ),
    row('outbox', `${outbox.waiting} waiting, ${outbox.setAside} set aside`),
    row('seal', 'detail' in seal ? seal.detail : seal.seal),
    row('halted', halted === undefined ? 'no' : `${halted.cause}: ${halted.detail}`),
    accepted ? '' : 'Nothing is signed with it: see "A rollback alarm" in docs/operations.md.\n',
  ].join('')
}

function shownReport({ rows, problems, findings, audit, halted }: StoreReport) {
  return {
    rows,
    problems,
    findings,
    audit: { head: audit.head.sequence, signed_up_to: audit.signedUpTo },
    halted: halted ?? null,
  }
}

function describeReport(
  { rows, problems, findings, audit }: StoreReport,
  seal: SealStanding,
): string {
  return [
    `${rows.states} states, ${rows.ledger} events, ${rows.outbox} answers, ${rows.audit} rows of the log\n`,
    `the log is signed for up to row ${audit.signedUpTo} of ${audit.head.sequence}\n`,
    `seal: ${'detail' in seal ? seal.detail : seal.seal}\n`,
    ...findings.map(({ check, at, message }) => `${check} ${at}: ${message}\n`),
    problems === 0 ? 'nothing is wrong\n' : `${problems} problems\n`,
  ].join('')
}
