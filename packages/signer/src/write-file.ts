import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SignerFault, systemReason } from './fault.ts'

/**
 * Writes a new file, whole or not at all, durably. A file that stands there already is left alone,
 * even one that another process makes at the same moment: the finished file is put in place by
 * `link`, which never replaces.
 *
 * @throws {SignerFault} `TARGET_EXISTS` or `WRITE_FAILED`.
 */
export function writeNew(file: string, content: Uint8Array, mode: number): void {
  const draft = `${file}.${process.pid}.draft`
  try {
    const fd = openSync(draft, 'wx', mode)
    try {
      let at = 0
      while (at < content.length) at += writeSync(fd, content, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    try {
      linkSync(draft, file)
    } finally {
      unlinkSync(draft)
    }
    syncFolder(dirname(file))
  } catch (cause) {
    const reason = systemReason(cause)
    if (reason === 'EEXIST') throw new SignerFault({ code: 'TARGET_EXISTS', file }, { cause })
    throw new SignerFault({ code: 'WRITE_FAILED', file, reason }, { cause })
  }
}

/**
 * Makes a folder, and those above it, for its owner only.
 *
 * @throws {SignerFault} `WRITE_FAILED`.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new SignerFault(
      { code: 'WRITE_FAILED', file: folder, reason: systemReason(cause) },
      { cause },
    )
  }
}

/** The name of a new file survives a power cut only once its folder is on the disk. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * Writes a new file line by line, whole or not at all, durably; as {@link writeNew} for what does not
 * fit into memory.
 *
 * @returns how many lines there were.
 * @throws {SignerFault} `TARGET_EXISTS` or `WRITE_FAILED`.
 */
export async function writeNewLines(
  file: string,
  lines: AsyncIterable<string>,
  mode: number,
): Promise<number> {
  const draft = `${file}.${process.pid}.draft`
  let fd: number | undefined
  try {
    fd = openSync(draft, 'wx', mode)
    let count = 0
    for await (const line of lines) {
      writeWhole(fd, Buffer.from(line))
      count++
    }
    fsyncSync(fd)
    linkSync(draft, file)
    syncFolder(dirname(file))
    return count
  } catch (cause) {
    throw writeFault(file, cause)
  } finally {
    if (fd !== undefined) {
      closeSync(fd)
      unlinkSync(draft)
    }
  }
}

function writeWhole(fd: number, content: Uint8Array): void {
  let at = 0
  while (at < content.length) at += writeSync(fd, content, at)
}

/** What of another part failed while its lines were read is that part's fault. */
function writeFault(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause
  const reason = systemReason(cause)
  if (reason === 'EEXIST') return new SignerFault({ code: 'TARGET_EXISTS', file }, { cause })
  return new SignerFault({ code: 'WRITE_FAILED', file, reason }, { cause })
}
