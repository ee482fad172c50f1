import { existsSync, readFileSync } from 'node:fs'
import type { Secret } from '@boltwarden/core/secret'
import { Decrypter, Encrypter } from 'age-encryption'
import { SignerFault, systemReason } from '../fault.ts'
import { secretText } from '../secret-source.ts'
import { writeNew } from '../write-file.ts'
import { decodeSeedDocument, encodeSeedDocument, type SeedDocument } from './seed-document.ts'

/** log2 of scrypt's N: age's own default, about a second and 256 MiB. */
export const scryptWorkFactor = 18

/** log2 of scrypt's N for sandboxes whose seed is worth nothing: guessed within hours. */
export const insecureScryptWorkFactor = 10

/** The largest key store that is read; one of ours has about 400 bytes. */
const maxFileBytes = 65_536

/**
 * Writes a key store: a standard age file, encrypted to a passphrase, which `age -d` opens. Mode
 * 600, whole or not at all, never over another file.
 *
 * @throws {SignerFault} `TARGET_EXISTS` or `WRITE_FAILED`.
 */
export async function writeKeyStore(
  file: string,
  document: SeedDocument,
  passphrase: Secret,
  options: { readonly workFactor: number },
): Promise<void> {
  if (existsSync(file)) throw new SignerFault({ code: 'TARGET_EXISTS', file })
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(options.workFactor)
  encrypter.setPassphrase(secretText(passphrase, 'passphrase'))
  const plain = encodeSeedDocument(document)
  try {
    writeNew(file, await encrypter.encrypt(plain), 0o600)
  } finally {
    plain.fill(0)
  }
}

/**
 * Opens a key store.
 *
 * @throws {SignerFault} `KEY_STORE_MISSING`, `KEY_STORE_LOCKED` for a wrong passphrase, or
 * `KEY_STORE_FORMAT`.
 */
export async function readKeyStore(file: string, passphrase: Secret): Promise<SeedDocument> {
  const encrypted = readFile(file)
  if (readWorkFactor(encrypted) === undefined)
    throw notAKeyStore(file, 'an age file with a passphrase')
  const decrypter = new Decrypter()
  decrypter.addPassphrase(secretText(passphrase, 'passphrase'))
  const plain = await decrypt(decrypter, encrypted, file)
  const document = decodeSeedDocument(plain)
  if (document === undefined) throw notAKeyStore(file, 'a seed document of version 1')
  return document
}

/** log2 of scrypt's N of a key store, which stands in its header unencrypted. */
export function keyStoreWorkFactor(file: string): number | undefined {
  return readWorkFactor(readFile(file))
}

function readWorkFactor(encrypted: Uint8Array): number | undefined {
  const header = new TextDecoder().decode(encrypted.subarray(0, 200))
  const match = /^age-encryption\.org\/v1\n-> scrypt \S+ ([0-9]{1,2})\n/.exec(header)
  return match === null ? undefined : Number(match[1])
}

function readFile(file: string): Uint8Array {
  try {
    const bytes = new Uint8Array(readFileSync(file))
    if (bytes.length > maxFileBytes) throw notAKeyStore(file, `at most ${maxFileBytes} bytes`)
    return bytes
  } catch (cause) {
    if (cause instanceof SignerFault) throw cause
    const reason = systemReason(cause)
    if (reason === 'ENOENT') throw new SignerFault({ code: 'KEY_STORE_MISSING', file }, { cause })
    throw new SignerFault({ code: 'SECRET_UNREADABLE', source: file, reason }, { cause })
  }
}

async function decrypt(
  decrypter: Decrypter,
  encrypted: Uint8Array,
  file: string,
): Promise<Uint8Array> {
  try {
    return await decrypter.decrypt(encrypted)
  } catch (cause) {
    throw new SignerFault({ code: 'KEY_STORE_LOCKED', file }, { cause })
  }
}

function notAKeyStore(file: string, expected: string): SignerFault {
  return new SignerFault({ code: 'KEY_STORE_FORMAT', file, expected })
}
