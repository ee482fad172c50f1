import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SignerFault, systemReason } from '../fault.ts'
import { makeFolder } from '../write-file.ts'
import { type CapturedEvent, formatLine } from './line.ts'

/** How much of the disk a capture may take. */
export type CaptureBounds = {
  /** The size at which a file is put aside, in bytes. */
  readonly maxBytes: number
  /** How many files put aside are kept, besides the current one. */
  readonly keepFiles: number
}

/** What becomes of an event that is to be captured. */
export type Captured = 'written' | 'too-large' | 'failed'

/**
 * Events as they arrived, one JSON object a line, for the owner only. It holds no secret of this
 * signer: no key, signature, preimage or answer stands in an event. It does hold what the platform
 * revealed of the counterparty's old commitments.
 */
export class CaptureFile {
  readonly #file: string
  readonly #bounds: CaptureBounds
  #fd: number | undefined
  #size = 0

  private constructor(file: string, bounds: CaptureBounds) {
    this.#file = file
    this.#bounds = bounds
  }

  /**
   * Opens a file for more lines.
   *
   * @throws {SignerFault} `WRITE_FAILED`.
   */
  static open(file: string, bounds: CaptureBounds): CaptureFile {
    makeFolder(dirname(file))
    const capture = new CaptureFile(file, bounds)
    try {
      capture.#open()
    } catch (cause) {
      const reason = systemReason(cause)
      throw new SignerFault({ code: 'WRITE_FAILED', file, reason }, { cause })
    }
    return capture
  }

  /** Adds an event. Never throws: what is signed does not depend on it. */
  add(event: CapturedEvent): Captured {
    const line = Buffer.from(`${formatLine(event)}\n`)
    if (line.length > this.#bounds.maxBytes) return 'too-large'
    try {
      if (this.#size + line.length > this.#bounds.maxBytes) this.#rotate()
      this.#write(this.#fd ?? this.#open(), line)
      return 'written'
    } catch {
      // A full disk, or a folder that is gone: the next event tries anew.
      this.close()
      return 'failed'
    }
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) closeSync(fd)
  }

  #open(): number {
    const fd = openSync(this.#file, 'a+', 0o600)
    this.#fd = fd
    this.#size = fstatSync(fd).size
    // A crash may have left half a line, which must not swallow the next.
    const last = Buffer.alloc(1)
    if (this.#size > 0 && readSync(fd, last, 0, 1, this.#size - 1) === 1 && last[0] !== 0x0a) {
      this.#write(fd, Buffer.from('\n'))
    }
    return fd
  }

  #write(fd: number, bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) at += writeSync(fd, bytes, at)
    this.#size += bytes.length
  }

  #rotate(): void {
    this.close()
    const { keepFiles } = this.#bounds
    const aside = (at: number) => (at === 0 ? this.#file : `${this.#file}.${at}`)
    rmSync(aside(keepFiles), { force: true })
    for (let at = keepFiles - 1; at >= 0; at--) {
      try {
        renameSync(aside(at), aside(at + 1))
      } catch (error) {
        if (systemReason(error) !== 'ENOENT') throw error
      }
    }
  }
}
