import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { AuditSigner } from './audit/checkpoint.ts'
import { type Author, auditAct, emptyChain } from './audit/row.ts'
import type { Backend, Generation } from './backend.ts'
import { StoreFault } from './fault.ts'
import { compareToSeal, decodeSeal, encodeSeal, isSealSigned, makeSeal, type Seal } from './seal.ts'

/** What a {@link SealFile} works with. */
export type SealDeps = {
  /** The file; its folder must be there. Elsewhere than on the store's disk is best. */
  readonly path: string
  readonly store: Pick<Backend, 'generation' | 'accept' | 'audit'>
  readonly secp256k1: Secp256k1
  /** Of the audit key. */
  readonly publicKey: PublicKey
  readonly sign: AuditSigner
}

/**
 * The second place where it stands how far a store has come. A store that was restored from a copy,
 * or went another way, is noticed by it.
 *
 * Between two writes of the file a rollback is not noticed, so it is written every few commits or
 * seconds; how often is for the caller.
 */
export class SealFile {
  readonly #deps: SealDeps

  constructor(deps: SealDeps) {
    this.#deps = deps
  }

  /**
   * Whether the store is the one that was sealed. Where there is no file yet, it is.
   *
   * @returns how far the store has come.
   * @throws {StoreFault} `STORE_ROLLED_BACK`, `STORE_FORKED`, or `STORE_SEAL_INVALID` where the file
   *   cannot be read or was not signed by our key: nothing may be signed then, until {@link accept}.
   */
  async check(): Promise<Generation> {
    const { store } = this.#deps
    const generation = await store.generation()
    const seal = this.read()
    if (seal === undefined) return generation
    const { sequence } = seal.head
    const [row] = sequence === 0 ? [] : await store.audit.rows({ after: sequence - 1, limit: 1 })
    const hashAt = row?.sequence === sequence ? row.hash : undefined
    const compared = compareToSeal(generation, seal, sequence === 0 ? emptyChain.hash : hashAt)
    if (compared.ok) return generation
    throw new StoreFault(compared.error)
  }

  /**
   * Writes how far the store has come: whole or not at all, on the disk before it resolves. What the
   * file says is checked first, so that a store cannot take over the file of another.
   *
   * @throws {StoreFault} as {@link check}, and `STORE_UNAVAILABLE` if the file cannot be written.
   */
  async write(atMs: number): Promise<Seal> {
    return this.#put(await this.check(), atMs)
  }

  /**
   * Goes on with a store that {@link check} refuses: records that with the reason in its audit log,
   * and seals it. The store gets a new lineage, so that its copies are refused from then on; but not
   * where it has another one than the seal already, as that of a signer beside which accepted it: the
   * seal of that one stays right.
   *
   * @param reason - in the operator's words; public.
   * @param isHalted - whether the store is halted, which ends with a new lineage only.
   */
  async accept(author: Author, reason: string, isHalted = false): Promise<Seal> {
    const { store } = this.#deps
    const seal = this.#readUnchecked()
    const { lineage } = await store.generation()
    if (isHalted || seal === undefined || seal.lineage === lineage) {
      return this.#put(await store.accept(author, reason, seal?.generation ?? 0), author.atMs)
    }
    await store.audit.append(auditAct('store-accepted', author, reason))
    return this.#put(await store.generation(), author.atMs)
  }

  /**
   * What the file says.
   *
   * @returns undefined where there is no file.
   * @throws {StoreFault} `STORE_SEAL_INVALID`.
   */
  read(): Seal | undefined {
    const { path, publicKey, secp256k1 } = this.#deps
    const text = readText(path)
    if (text === undefined) return undefined
    const seal = decodeSeal(text)
    if (!seal.ok) throw invalid(path, seal.error.message)
    if (isSealSigned(seal.value, publicKey, secp256k1)) return seal.value
    throw invalid(path, 'the audit key of this node did not sign it')
  }

  /** A file that nobody signed says nothing about generations either. */
  #readUnchecked(): Seal | undefined {
    try {
      return this.read()
    } catch (error) {
      if (error instanceof StoreFault && error.code === 'STORE_SEAL_INVALID') return undefined
      throw error
    }
  }

  #put(generation: Generation, atMs: number): Seal {
    const { path, sign } = this.#deps
    const seal = makeSeal(generation, atMs, sign)
    try {
      replaceFile(path, Buffer.from(encodeSeal(seal)))
    } catch (cause) {
      throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: systemCode(cause) }, { cause })
    }
    return seal
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'ENOENT') return undefined
    throw new StoreFault({ code: 'STORE_SEAL_INVALID', path, reason: code }, { cause })
  }
}

function invalid(path: string, reason: string): StoreFault {
  return new StoreFault({ code: 'STORE_SEAL_INVALID', path, reason })
}

function replaceFile(path: string, content: Uint8Array): void {
  const draft = `${path}.${process.pid}.draft`
  const fd = openSync(draft, 'w', 0o600)
  try {
    writeSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(draft, path)
  // A rename survives a power cut only once its folder is on the disk.
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function systemCode(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}
