import { chmodSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@boltwarden/core/secret'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { credentialName, findPassphrase } from '../src/keystore/passphrase.ts'
import { readSecret, secretText } from '../src/secret-source.ts'

let folder = ''
let warnings: unknown[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-secret-'))
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const rules = { allowExposed: false, warn: (fact: unknown) => warnings.push(fact) }

function put(name: string, content: string | Uint8Array, mode: number): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

const read = (path: string, allowExposed = false) =>
  secretText(readSecret({ kind: 'file', path }, { ...rules, allowExposed }), path)

describe('secret files', () => {
  test('lose one final line break and nothing else', () => {
    expect(read(put('a', 'secret\n', 0o600))).toBe('secret')
    expect(read(put('b', 'secret\r\n', 0o600))).toBe('secret')
    expect(read(put('c', ' secret \n\n', 0o600))).toBe(' secret \n')
    expect(read(put('d', 'secret', 0o400))).toBe('secret')
    expect(warnings).toEqual([])
  })

  test.each([0o644, 0o604, 0o620, 0o666, 0o601])('mode %o is refused', (mode) => {
    const path = put('a', 'secret', mode)
    expect(() => read(path)).toThrow(expect.objectContaining({ code: 'SECRET_EXPOSED' }))
    expect(read(path, true)).toBe('secret')
    expect(warnings).toEqual([{ source: path, mode: mode.toString(8) }])
  })

  test('one that its group may read is let through with a warning', () => {
    const path = put('a', 'secret', 0o640)
    expect(read(path)).toBe('secret')
    expect(warnings).toEqual([{ source: path, mode: '640' }])
  })

  test('what is empty, large, no UTF-8 or missing is a fault', () => {
    expect(() => read(put('a', '\n', 0o600))).toThrow(/at least one byte/)
    expect(() => read(put('b', 'x'.repeat(70_000), 0o600))).toThrow(/at most 65536 bytes/)
    expect(() => read(put('c', Uint8Array.of(0xff), 0o600))).toThrow(/UTF-8/)
    expect(() => read(join(folder, 'none'))).toThrow(/ENOENT/)
    expect(() => read(folder)).toThrow(/EISDIR/)
  })
})

describe('passphrase', () => {
  const find = (options: Parameters<typeof findPassphrase>[0], ask?: () => Promise<Secret>) =>
    findPassphrase(options, { rules, ask }).then((secret) => secretText(secret, 'test'))

  test('comes from the command line, the configuration, systemd, the terminal, in this order', async () => {
    const file = put('file', 'of the configuration', 0o600)
    const fd = openSync(put('fd', 'of the command line', 0o600), 'r')
    put(credentialName, 'of systemd', 0o400)
    const ask = async () => new Secret(new TextEncoder().encode('of the terminal'))
    expect(await find({ source: { kind: 'fd', fd }, file }, ask)).toBe('of the command line')
    expect(await find({ file, credentialsDirectory: folder }, ask)).toBe('of the configuration')
    expect(await find({ credentialsDirectory: folder }, ask)).toBe('of systemd')
    expect(await find({ credentialsDirectory: join(folder, 'none') }, ask)).toBe('of the terminal')
    await expect(find({})).rejects.toMatchObject({ code: 'PASSPHRASE_MISSING' })
  })
})
