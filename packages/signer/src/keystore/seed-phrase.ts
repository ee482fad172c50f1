import { Secret } from '@boltwarden/core/secret'
import { entropyToMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { below, type Entropy } from '../entropy.ts'
import { SignerFault } from '../fault.ts'
import { readHex } from './secret-hex.ts'
import type { SeedOrigin } from './seed-document.ts'

/** The number of words of a phrase: 256 bits and a checksum. */
export const phraseLength = 24

/** A seed with where it came from. */
export type Seed = { readonly seed: Secret; readonly origin: SeedOrigin }

/**
 * A fresh phrase of 24 words.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
 */
export function newPhrase(entropy: Entropy): readonly string[] {
  const bits = entropy.bytes(32)
  try {
    return entropyToMnemonic(bits, wordlist).split(' ')
  } finally {
    bits.fill(0)
  }
}

/**
 * The seed of a phrase, with an empty BIP 39 passphrase: 64 bytes.
 *
 * @throws {SignerFault} `SECRET_INVALID` where it is not 24 words of the list with a right
 * checksum. No word is quoted.
 */
export function seedOfPhrase(words: readonly string[], source: string): Seed {
  const phrase = words.join(' ')
  if (words.length !== phraseLength || !validateMnemonic(phrase, wordlist)) {
    throw new SignerFault({
      code: 'SECRET_INVALID',
      source,
      expected: `${phraseLength} words of the English BIP 39 list with a right checksum`,
    })
  }
  const seed = mnemonicToSeedSync(phrase)
  try {
    return { seed: new Secret(seed), origin: 'bip39-24-words' }
  } finally {
    seed.fill(0)
  }
}

/** The words of a text: lower case, split at white space. */
export function wordsOf(text: string): readonly string[] {
  return text.trim().toLowerCase().split(/\s+/)
}

/**
 * The seed written as hex digits, 16 to 64 bytes.
 *
 * @throws {SignerFault} `SECRET_INVALID`. No digit is quoted.
 */
export function seedOfHex(text: Secret, source: string): Seed {
  const bytes = text.use(readHex)
  if (bytes === undefined || bytes.length < 16 || bytes.length > 64) {
    bytes?.fill(0)
    const expected = '32 to 128 hex digits, an even number'
    throw new SignerFault({ code: 'SECRET_INVALID', source, expected })
  }
  const seed = new Secret(bytes)
  bytes.fill(0)
  return { seed, origin: 'hex' }
}

/** Which words of a phrase are asked for again: distinct places, in order, counted from 0. */
export function quizPlaces(count: number, entropy: Entropy): readonly number[] {
  const places = new Set<number>()
  while (places.size < count) places.add(below(phraseLength, entropy))
  return [...places].sort((a, b) => a - b)
}
