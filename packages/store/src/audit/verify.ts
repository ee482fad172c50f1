import { equalBytes, type PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { type Checkpoint, isCheckpoint } from './checkpoint.ts'
import { type AuditHead, type AuditRow, type AuditSeal, auditHash, emptyChain } from './row.ts'

/**
 * What is wrong with an audit log.
 *
 * - `altered`: a row does not have the hash that it says.
 * - `unlinked`: a row does not follow the one before it.
 * - `missing`: rows are left out before this one.
 * - `reordered`: a row comes after one that it should come before, or twice.
 * - `cut`: the log ends before a place that was signed for, or kept elsewhere.
 * - `contradicted`: what was signed for, or kept elsewhere, is another hash.
 * - `unsigned`: the audit key did not make the signature.
 */
export type AuditFlaw =
  | 'altered'
  | 'unlinked'
  | 'missing'
  | 'reordered'
  | 'cut'
  | 'contradicted'
  | 'unsigned'

/** One thing that is wrong, and where. */
export type AuditFinding = { readonly sequence: number; readonly flaw: AuditFlaw }

/** What a log is verified against. */
export type AuditTrust = {
  /** Of the audit key. */
  readonly publicKey: PublicKey
  readonly secp256k1: Secp256k1
  /** What stands for rows that were pruned. */
  readonly anchor?: Checkpoint | undefined
  /** Where a part of a log begins that was taken out of it; nobody signed for it. */
  readonly start?: AuditHead | undefined
  /** Places of the chain that were kept elsewhere, as by a log or a sealed file. */
  readonly kept?: readonly AuditHead[]
}

/** What a verification found. */
export type AuditReport = {
  /** How many rows were looked at. */
  readonly rows: number
  /** How many of them are checkpoints. */
  readonly checkpoints: number
  /** The last row that a checkpoint with a good signature covers; 0 where there is none. */
  readonly signedUpTo: number
  /** Where the log ends. */
  readonly head: AuditHead
  /** Nothing is wrong where this is empty; the first 100. */
  readonly findings: readonly AuditFinding[]
}

/** How many rows may stand between a place and the checkpoint that signs for it. */
const reach = 65_536
const maxFindings = 100

/** Verifies a log row by row, in memory that does not grow with it. Pure. */
export class AuditVerification {
  readonly #trust: AuditTrust
  readonly #recent = new Map<number, Uint8Array>()
  readonly #kept: Map<number, Uint8Array>
  readonly #findings: AuditFinding[] = []
  #last: AuditHead
  #rows = 0
  #checkpoints = 0
  #signedUpTo = 0

  constructor(trust: AuditTrust) {
    const { anchor, start = emptyChain, kept = [], publicKey, secp256k1 } = trust
    this.#trust = trust
    this.#last = anchor ?? start
    this.#kept = new Map(kept.map(({ sequence, hash }) => [sequence, hash]))
    if (anchor === undefined) return
    if (isCheckpoint(anchor, publicKey, secp256k1)) this.#signedUpTo = anchor.sequence
    else this.#find(anchor.sequence, 'unsigned')
    this.#compareKept(anchor)
    this.#recent.set(anchor.sequence, anchor.hash)
  }

  /** Takes the next row. */
  add(row: AuditRow): void {
    const { sequence, previous, hash, fact } = row
    this.#rows++
    const next = this.#last.sequence + 1
    if (sequence > next) this.#find(sequence, 'missing')
    else if (sequence < next) this.#find(sequence, 'reordered')
    else if (!equalBytes(previous, this.#last.hash)) this.#find(sequence, 'unlinked')
    if (!equalBytes(auditHash(sequence, previous, fact), hash)) this.#find(sequence, 'altered')
    if (fact.type === 'checkpoint') this.#checkSeal(sequence, fact)
    this.#compareKept(row)
    this.#recent.set(sequence, hash)
    this.#recent.delete(sequence - reach)
    this.#last = { sequence, hash }
  }

  /** What was found, once every row was taken. */
  report(): AuditReport {
    const head = this.#last
    const cut = [...this.#kept.keys()].filter((sequence) => sequence > head.sequence)
    const findings = [
      ...this.#findings,
      ...cut.map((sequence): AuditFinding => ({ sequence, flaw: 'cut' })),
    ]
    return {
      rows: this.#rows,
      checkpoints: this.#checkpoints,
      signedUpTo: this.#signedUpTo,
      head: { sequence: head.sequence, hash: head.hash },
      findings: findings.slice(0, maxFindings),
    }
  }

  #checkSeal(at: number, seal: AuditSeal): void {
    const { publicKey, secp256k1 } = this.#trust
    this.#checkpoints++
    const { sequence, hash } = seal
    const found = this.#recent.get(sequence)
    if (!isCheckpoint(seal, publicKey, secp256k1)) this.#find(at, 'unsigned')
    else if (sequence >= at || (found !== undefined && !equalBytes(found, hash))) {
      this.#find(at, 'contradicted')
    } else if (found !== undefined) this.#signedUpTo = Math.max(this.#signedUpTo, sequence)
  }

  #compareKept({ sequence, hash }: AuditHead): void {
    const kept = this.#kept.get(sequence)
    if (kept !== undefined && !equalBytes(kept, hash)) this.#find(sequence, 'contradicted')
  }

  #find(sequence: number, flaw: AuditFlaw): void {
    if (this.#findings.length < maxFindings) this.#findings.push({ sequence, flaw })
  }
}

/**
 * Verifies an audit log from its anchor, or its first row, to its end: what was altered, left out,
 * moved or cut off is found, and so is everything that was written anew above a signed place.
 *
 * What nobody can see: rows written anew below the last checkpoint, or cut off there, where nothing
 * of them was kept elsewhere.
 *
 * @param rows - by ascending sequence, as `AuditLog.rows` gives them.
 * @example
 * ```ts
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * import { auditAct, emptyChain, nextRow, verifyAudit } from '@boltwarden/store'
 * const keys = Keychain.fromSeed(new Uint8Array(32), { secp256k1: portable })
 * const publicKey = keys.publicKey({ purpose: 'audit' })
 * const row = nextRow(emptyChain, auditAct('policy-loaded', { who: 'alice', atMs: 1 }, ''))
 * const report = await verifyAudit([row], { publicKey, secp256k1: portable })
 * report.findings // []
 * keys.dispose()
 * ```
 */
export async function verifyAudit(
  rows: Iterable<AuditRow> | AsyncIterable<AuditRow>,
  trust: AuditTrust,
): Promise<AuditReport> {
  const verification = new AuditVerification(trust)
  for await (const row of rows) verification.add(row)
  return verification.report()
}
