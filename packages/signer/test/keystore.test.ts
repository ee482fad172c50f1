import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Secret } from '@boltwarden/core/secret'
import { Decrypter, Encrypter } from 'age-encryption'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemEntropy } from '../src/entropy.ts'
import { keyStoreWorkFactor, readKeyStore, writeKeyStore } from '../src/keystore/age-file.ts'
import { decodeSeedDocument, encodeSeedDocument } from '../src/keystore/seed-document.ts'
import {
  newPhrase,
  quizPlaces,
  seedOfHex,
  seedOfPhrase,
  wordsOf,
} from '../src/keystore/seed-phrase.ts'

const workFactor = 10
const ascii = (text: string) => new Secret(new TextEncoder().encode(text))
const bytesOf = (secret: Secret) => secret.use((bytes) => bytes.slice())

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('seed document', () => {
  test('is small versioned JSON', () => {
    const document = {
      seed: new Secret(new Uint8Array(16).fill(0xab)),
      origin: 'hex' as const,
      fingerprint: '01234567',
    }
    expect(JSON.parse(new TextDecoder().decode(encodeSeedDocument(document)))).toEqual({
      version: 1,
      fingerprint: '01234567',
      origin: 'hex',
      seed: 'ab'.repeat(16),
    })
  })

  test('reads back what was written, and wipes the text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), (seed) => {
        const json = encodeSeedDocument({
          seed: new Secret(seed),
          origin: 'bip39-24-words',
          fingerprint: 'deadbeef',
        })
        const read = decodeSeedDocument(json)
        expect(read && bytesOf(read.seed)).toEqual(seed)
        expect(read?.fingerprint).toBe('deadbeef')
        expect(json.every((byte) => byte === 0)).toBe(true)
      }),
    )
  })

  test.each([
    [
      'another version',
      '{"version":2,"fingerprint":"01234567","origin":"hex","seed":"00112233445566778899aabbccddeeff"}',
    ],
    ['a short seed', '{"version":1,"fingerprint":"01234567","origin":"hex","seed":"00"}'],
    [
      'an odd seed',
      `{"version":1,"fingerprint":"01234567","origin":"hex","seed":"${'0'.repeat(33)}"}`,
    ],
    ['no hex', `{"version":1,"fingerprint":"01234567","origin":"hex","seed":"${'g'.repeat(32)}"}`],
    ['no seed', '{"version":1,"fingerprint":"01234567","origin":"hex"}'],
    ['an open string', `{"version":1,"seed":"${'0'.repeat(32)}`],
    ['no JSON', `"seed":"${'0'.repeat(32)}"`],
    ['nothing', ''],
  ])('is not %s', (_name, text) => {
    expect(decodeSeedDocument(new TextEncoder().encode(text))).toBeUndefined()
  })
})

describe('key store', () => {
  const document = () => ({
    seed: new Secret(new Uint8Array(64).fill(7)),
    origin: 'hex' as const,
    fingerprint: '01234567',
  })

  test('opens with its passphrase, is mode 600 and stands alone', async () => {
    const file = join(folder, 'keystore.age')
    await writeKeyStore(file, document(), ascii('correct horse'), { workFactor })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['keystore.age'])
    expect(keyStoreWorkFactor(file)).toBe(workFactor)
    const opened = await readKeyStore(file, ascii('correct horse'))
    expect(bytesOf(opened.seed)).toEqual(new Uint8Array(64).fill(7))
    expect(inspect(opened, { depth: 9, showHidden: true })).not.toContain('0707')
  })

  test('is a standard age file', async () => {
    const file = join(folder, 'keystore.age')
    await writeKeyStore(file, document(), ascii('correct horse'), { workFactor })
    const decrypter = new Decrypter()
    decrypter.addPassphrase('correct horse')
    const text = await decrypter.decrypt(new Uint8Array(readFileSync(file)), 'text')
    expect(JSON.parse(text)).toMatchObject({ version: 1, seed: '07'.repeat(64) })
  })

  test('never replaces a file', async () => {
    const file = join(folder, 'keystore.age')
    writeFileSync(file, 'the only copy')
    await expect(writeKeyStore(file, document(), ascii('p'), { workFactor })).rejects.toMatchObject(
      { code: 'TARGET_EXISTS' },
    )
    expect(readFileSync(file, 'utf8')).toBe('the only copy')
  })

  test('tells a wrong passphrase from a wrong file', async () => {
    const file = join(folder, 'keystore.age')
    await expect(readKeyStore(file, ascii('p'))).rejects.toMatchObject({
      code: 'KEY_STORE_MISSING',
    })
    await writeKeyStore(file, document(), ascii('right'), { workFactor })
    await expect(readKeyStore(file, ascii('wrong'))).rejects.toMatchObject({
      code: 'KEY_STORE_LOCKED',
    })
    writeFileSync(file, 'no age')
    await expect(readKeyStore(file, ascii('right'))).rejects.toMatchObject({
      code: 'KEY_STORE_FORMAT',
    })
    const encrypter = new Encrypter()
    encrypter.setScryptWorkFactor(workFactor)
    encrypter.setPassphrase('right')
    writeFileSync(file, await encrypter.encrypt('{"version":9}'))
    await expect(readKeyStore(file, ascii('right'))).rejects.toMatchObject({
      code: 'KEY_STORE_FORMAT',
    })
  })

  test('a folder that cannot be written is a fault, and leaves no draft', async () => {
    const file = join(folder, 'none', 'keystore.age')
    await expect(writeKeyStore(file, document(), ascii('p'), { workFactor })).rejects.toMatchObject(
      { code: 'WRITE_FAILED' },
    )
    chmodSync(folder, 0o700)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('seed phrase', () => {
  // BIP 39's own test vectors take the passphrase TREZOR; this one is bitcoinjs's with none.
  const abandon = [...Array.from({ length: 23 }, () => 'abandon'), 'art']

  test('makes 24 words with a checksum', () => {
    const words = newPhrase(systemEntropy)
    expect(words).toHaveLength(24)
    expect(bytesOf(seedOfPhrase(words, 'prompt').seed)).toHaveLength(64)
    expect(newPhrase({ bytes: (length) => new Uint8Array(length) })).toEqual(abandon)
  })

  test('gives the seed of BIP 39 with an empty passphrase', () => {
    const { seed, origin } = seedOfPhrase(
      wordsOf(` ${abandon.join('\n').toUpperCase()} `),
      'prompt',
    )
    expect(origin).toBe('bip39-24-words')
    expect(Buffer.from(bytesOf(seed)).toString('hex')).toBe(
      '408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf705489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840',
    )
  })

  test('refuses a wrong checksum and quotes no word', () => {
    const wrong = [...abandon.slice(0, 23), 'zoo']
    expect(() => seedOfPhrase(wrong, 'prompt')).toThrow(/24 words/)
    expect(() => seedOfPhrase(wrong, 'prompt')).not.toThrow(/zoo/)
    expect(() => seedOfPhrase(abandon.slice(0, 12), 'prompt')).toThrow(/24 words/)
  })

  test('reads a hex seed of 16 to 64 bytes', () => {
    expect(bytesOf(seedOfHex(ascii('aB'.repeat(16)), 'file').seed)).toEqual(
      new Uint8Array(16).fill(0xab),
    )
    for (const text of ['ab'.repeat(15), 'ab'.repeat(65), `${'ab'.repeat(16)}a`, 'zz'.repeat(16)]) {
      expect(() => seedOfHex(ascii(text), 'file')).toThrow(/32 to 128 hex digits/)
    }
  })

  test('asks for distinct words', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), (count) => {
        const places = quizPlaces(count, systemEntropy)
        expect(new Set(places).size).toBe(count)
        expect(places.every((place) => place >= 0 && place < 24)).toBe(true)
      }),
    )
  })
})
