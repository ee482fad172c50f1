import { isNetwork, type Network, networks } from '@boltwarden/core/network'
import type { Secret } from '@boltwarden/core/secret'
import type { Entropy } from '../entropy.ts'
import { SignerFault } from '../fault.ts'
import { newPhrase, type Seed, seedOfHex, seedOfPhrase, wordsOf } from '../keystore/seed-phrase.ts'
import { minPassphraseLength } from '../secret-length.ts'
import {
  readSecret,
  type SecretFileRules,
  type SecretSource,
  secretText,
  sourceName,
} from '../secret-source.ts'
import { writeNew } from '../write-file.ts'
import type { InitFlags, InitPlan, SecretPlan } from './init-plan.ts'

/** What flags are turned into a plan with. */
export type PlanDeps = { readonly entropy: Entropy; readonly rules: SecretFileRules }

/**
 * The plan of a scripted ceremony: everything comes from flags that name files and file
 * descriptors.
 *
 * @throws {SignerFault} `USAGE` where something is missing, or as the files demand.
 */
export function planFromFlags(flags: InitFlags, deps: PlanDeps): InitPlan {
  const network = networkOf(flags.network)
  const answer = answerOf(flags.answer)
  const webhookSecrets = (flags.webhookSecretFile ?? []).map(inFile)
  if (webhookSecrets.length === 0) throw usage('--webhook-secret-file')
  const { apiClientId, apiClientSecretFile } = flags
  if (answer === 'mutation' && (apiClientId === undefined || apiClientSecretFile === undefined)) {
    throw usage('--api-client-id and --api-client-secret-file, or --answer respond-directly')
  }
  const passphrase = givenPassphrase(flags, deps.rules)
  if (passphrase === undefined) throw usage('--passphrase-file or --passphrase-fd')
  return {
    folder: flags.dir,
    network,
    passphrase,
    seed: seedFromFlags(flags, deps),
    fastKdf: flags.insecureFastKdf === true,
    webhookSecrets,
    answer,
    baseUrl: flags.apiBaseUrl,
    apiClientId,
    apiClientSecret: apiClientSecretFile === undefined ? undefined : inFile(apiClientSecretFile),
    webhookPort: flags.webhookPort,
    adminPort: flags.adminPort,
  }
}

/** A file or a file descriptor, if one was named. */
export function sourceOf(
  path: string | undefined,
  fd: number | undefined,
): SecretSource | undefined {
  if (path !== undefined && fd !== undefined) throw usage('a file or a file descriptor, not both')
  if (path !== undefined) return { kind: 'file', path }
  return fd === undefined ? undefined : { kind: 'fd', fd }
}

/** @throws {SignerFault} `USAGE`. */
export function networkOf(text: string | undefined): Network {
  const name = text?.toUpperCase()
  if (!isNetwork(name)) throw usage(`--network ${networks.join(', ').toLowerCase()}`)
  return name
}

/** @throws {SignerFault} `USAGE`. */
export function answerOf(text: string): 'mutation' | 'respond-directly' {
  if (text !== 'mutation' && text !== 'respond-directly') {
    throw usage('--answer mutation or respond-directly')
  }
  return text
}

/**
 * The passphrase that the flags name, if they name one.
 *
 * @throws {SignerFault} `SECRET_INVALID` where it is too short for anything but a sandbox.
 */
export function givenPassphrase(flags: InitFlags, rules: SecretFileRules): Secret | undefined {
  const source = sourceOf(flags.passphraseFile, flags.passphraseFd)
  if (source === undefined) return undefined
  const passphrase = readSecret(source, rules)
  const length = passphrase.use((bytes) => bytes.length)
  if (length >= minPassphraseLength || flags.insecureFastKdf === true) return passphrase
  passphrase.dispose()
  const expected = `at least ${minPassphraseLength} bytes`
  throw new SignerFault({ code: 'SECRET_INVALID', source: sourceName(source), expected })
}

/** The seed that the flags name, if they name one. Exactly one way may be named. */
export function importedSeed(flags: InitFlags, rules: SecretFileRules): Seed | undefined {
  const phrase = sourceOf(flags.phraseFile, flags.phraseFd)
  const hex = sourceOf(flags.seedHexFile, flags.seedHexFd)
  const ways = [phrase, hex, flags.generate === true || undefined]
  if (ways.filter((way) => way !== undefined).length > 1) {
    throw usage('one of --generate, --phrase-file, --phrase-fd, --seed-hex-file, --seed-hex-fd')
  }
  if (phrase !== undefined) {
    return withSecret(phrase, rules, (secret) => {
      const name = sourceName(phrase)
      return seedOfPhrase(wordsOf(secretText(secret, name)), name)
    })
  }
  if (hex === undefined) return undefined
  return withSecret(hex, rules, (secret) => seedOfHex(secret, sourceName(hex)))
}

function seedFromFlags(flags: InitFlags, deps: PlanDeps): Seed {
  const imported = importedSeed(flags, deps.rules)
  if (imported !== undefined) return imported
  if (flags.generate !== true) {
    throw usage('--generate, --phrase-file, --phrase-fd, --seed-hex-file or --seed-hex-fd')
  }
  if (flags.phraseOutFile === undefined) {
    throw usage('--phrase-out-file with --generate: without the phrase there is no backup')
  }
  const words = newPhrase(deps.entropy)
  writeNew(flags.phraseOutFile, new TextEncoder().encode(`${words.join(' ')}\n`), 0o600)
  return seedOfPhrase(words, 'the new phrase')
}

function withSecret<T>(
  source: SecretSource,
  rules: SecretFileRules,
  use: (secret: ReturnType<typeof readSecret>) => T,
): T {
  const secret = readSecret(source, rules)
  try {
    return use(secret)
  } finally {
    secret.dispose()
  }
}

function inFile(file: string): SecretPlan {
  return { kind: 'in-file', file }
}

function usage(expected: string): SignerFault {
  return new SignerFault({ code: 'USAGE', expected })
}
