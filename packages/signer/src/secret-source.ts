import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Secret } from '@boltwarden/core/secret'
import { SignerFault, systemReason } from './fault.ts'

/** Where a secret is read from; never an argument of the command line. */
export type SecretSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number }

/** The most bytes a secret may have. */
const maxSecretBytes = 65_536

/** What to do about a file that others may read. */
export type SecretFileRules = {
  /** Let through what `SECRET_EXPOSED` would refuse. */
  readonly allowExposed: boolean
  /** Told of a file that more than its owner may read, with its mode. */
  readonly warn: (fact: { readonly source: string; readonly mode: string }) => void
}

/**
 * Reads a secret; one final line break is not part of it.
 *
 * A regular file that others may read or write, or its group may write, is refused; one that its
 * group may read is let through with a warning, since that is how orchestrators hand out secrets.
 *
 * @throws {SignerFault} `SECRET_UNREADABLE`, `SECRET_EXPOSED`, or `SECRET_INVALID` where it is
 * empty or above 64 KiB.
 */
export function readSecret(source: SecretSource, rules: SecretFileRules): Secret {
  const name = sourceName(source)
  const fd = source.kind === 'fd' ? source.fd : openFile(source.path)
  try {
    if (source.kind === 'file') checkMode(fd, name, rules)
    return readAll(fd, name)
  } finally {
    closeSync(fd)
  }
}

/** A name for messages: the path, or `fd 3`. */
export function sourceName(source: SecretSource): string {
  return source.kind === 'file' ? source.path : `fd ${source.fd}`
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new SignerFault(
      { code: 'SECRET_UNREADABLE', source: path, reason: systemReason(cause) },
      { cause },
    )
  }
}

/** Who may do what: octal digits, as `chmod` takes them. */
export function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0')
}

/** Whether a mode gives others anything, or the group more than reading. */
export function isExposed(mode: number): boolean {
  return (mode & 0o027) !== 0
}

function checkMode(fd: number, source: string, rules: SecretFileRules): void {
  const stat = fstatSync(fd)
  // A pipe has no readers but us, and Windows has no modes.
  if (!stat.isFile() || process.platform === 'win32') return
  const mode = modeText(stat.mode)
  if (isExposed(stat.mode) && !rules.allowExposed) {
    throw new SignerFault({ code: 'SECRET_EXPOSED', source, mode })
  }
  if ((stat.mode & 0o077) !== 0) rules.warn({ source, mode })
}

function readAll(fd: number, source: string): Secret {
  const buffer = new Uint8Array(maxSecretBytes + 1)
  try {
    let length = 0
    for (;;) {
      const read = readSync(fd, buffer, length, buffer.length - length, null)
      length += read
      if (read === 0 || length === buffer.length) break
    }
    if (length > maxSecretBytes) {
      throw new SignerFault({
        code: 'SECRET_INVALID',
        source,
        expected: `at most ${maxSecretBytes} bytes`,
      })
    }
    const end = withoutLineBreak(buffer, length)
    if (end === 0) {
      throw new SignerFault({ code: 'SECRET_INVALID', source, expected: 'at least one byte' })
    }
    return new Secret(buffer.subarray(0, end))
  } catch (cause) {
    if (cause instanceof SignerFault) throw cause
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'SECRET_UNREADABLE', source, reason }, { cause })
  } finally {
    buffer.fill(0)
  }
}

function withoutLineBreak(buffer: Uint8Array, length: number): number {
  if (buffer[length - 1] !== 0x0a) return length
  return buffer[length - 2] === 0x0d ? length - 2 : length - 1
}

/**
 * The text of a secret, for an interface that takes nothing else. The string cannot be wiped: keep
 * it no longer than the call.
 *
 * @throws {SignerFault} `SECRET_INVALID` where the bytes are not UTF-8.
 */
export function secretText(secret: Secret, source: string): string {
  return secret.use((bytes) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      // The cause would quote nothing of use, and the bytes are secret.
      throw new SignerFault({ code: 'SECRET_INVALID', source, expected: 'UTF-8 text' })
    }
  })
}
