import { type Network, networks } from '@boltwarden/core/network'
import { Secret } from '@boltwarden/core/secret'
import type { Entropy } from '../entropy.ts'
import { SignerFault } from '../fault.ts'
import {
  newPhrase,
  quizPlaces,
  type Seed,
  seedOfHex,
  seedOfPhrase,
  wordsOf,
} from '../keystore/seed-phrase.ts'
import { minPassphraseLength, minWebhookSecretLength } from '../secret-length.ts'
import type { SecretFileRules } from '../secret-source.ts'
import type { Dialogue } from './dialogue.ts'
import { answerOf, givenPassphrase, importedSeed, networkOf } from './init-flags.ts'
import type { InitFlags, InitPlan, SecretPlan } from './init-plan.ts'

/** How many words of a new phrase are asked for again. */
const quizLength = 4
const maxTries = 3

/** What the ceremony is held with. */
export type CeremonyDeps = {
  readonly dialogue: Dialogue
  readonly entropy: Entropy
  readonly rules: SecretFileRules
}

/**
 * The plan of a ceremony at a terminal: asks for what the flags leave open.
 *
 * @throws {SignerFault} `CANCELLED`, `BACKUP_NOT_CONFIRMED`, or as the flags demand.
 */
export async function planFromDialogue(flags: InitFlags, deps: CeremonyDeps): Promise<InitPlan> {
  const { dialogue } = deps
  const network =
    flags.network === undefined ? await askNetwork(dialogue) : networkOf(flags.network)
  const seed = importedSeed(flags, deps.rules) ?? (await askSeed(flags, deps))
  const passphrase = await askPassphrase(flags, deps)
  const answer = answerOf(flags.answer)
  return {
    folder: flags.dir,
    network,
    seed,
    passphrase,
    fastKdf: flags.insecureFastKdf === true,
    webhookSecrets: await askWebhookSecrets(flags, dialogue),
    answer,
    baseUrl: flags.apiBaseUrl,
    ...(answer === 'mutation'
      ? await askCredentials(flags, dialogue)
      : { apiClientId: undefined, apiClientSecret: undefined }),
    webhookPort: flags.webhookPort,
    adminPort: flags.adminPort,
  }
}

async function askNetwork(dialogue: Dialogue): Promise<Network> {
  const options = networks.map((value) => ({ value, label: value.toLowerCase() }))
  return dialogue.choose('Which Bitcoin network?', options)
}

async function askSeed(flags: InitFlags, deps: CeremonyDeps): Promise<Seed> {
  const { dialogue } = deps
  const way =
    flags.generate === true
      ? 'generate'
      : await dialogue.choose('Where does the seed come from?', [
          { value: 'generate', label: 'A new phrase of 24 words' },
          { value: 'phrase', label: 'A phrase of 24 words that exists' },
          { value: 'hex', label: 'A seed in hex that exists' },
        ])
  if (way === 'generate') return generateSeed(deps)
  return way === 'phrase' ? askPhrase(dialogue) : askHex(dialogue)
}

async function generateSeed({ dialogue, entropy }: CeremonyDeps): Promise<Seed> {
  const words = newPhrase(entropy)
  const numbered = words.map((word, i) => `${String(i + 1).padStart(2)}. ${word}`).join('\n')
  await dialogue.showOnce('Your seed phrase: the only backup of your keys', numbered)
  for (const place of quizPlaces(quizLength, entropy)) {
    await quiz(place, words[place], dialogue)
  }
  return seedOfPhrase(words, 'the new phrase')
}

/** Asks for one word until it is right: a slip of the finger is no missing backup. */
async function quiz(place: number, word: string | undefined, dialogue: Dialogue): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const said = await dialogue.askHidden(`Word ${place + 1} of the phrase`)
    if (said.trim().toLowerCase() === word) return
    dialogue.say('That is another word. Look at the paper.')
  }
  throw new SignerFault({ code: 'BACKUP_NOT_CONFIRMED' })
}

async function askPhrase(dialogue: Dialogue): Promise<Seed> {
  const words = wordsOf(await dialogue.askHidden('The 24 words, in order'))
  return seedOfPhrase(words, 'the answer')
}

async function askHex(dialogue: Dialogue): Promise<Seed> {
  const text = toSecret((await dialogue.askHidden('The seed in hex')).trim())
  try {
    return seedOfHex(text, 'the answer')
  } finally {
    text.dispose()
  }
}

async function askPassphrase(flags: InitFlags, deps: CeremonyDeps): Promise<Secret> {
  const given = givenPassphrase(flags, deps.rules)
  if (given !== undefined) return given
  const { dialogue } = deps
  const check = (text: string) =>
    text.length < minPassphraseLength ? `at least ${minPassphraseLength} characters` : undefined
  for (;;) {
    const first = await dialogue.askHidden('A passphrase for the key store', { check })
    const second = await dialogue.askHidden('The passphrase again')
    if (first === second) return toSecret(first)
    dialogue.say('These differ. Once more.')
  }
}

async function askWebhookSecrets(
  flags: InitFlags,
  dialogue: Dialogue,
): Promise<readonly SecretPlan[]> {
  const files = flags.webhookSecretFile ?? []
  if (files.length > 0) return files.map((file) => ({ kind: 'in-file', file }))
  const check = (text: string) =>
    text.trim().length < minWebhookSecretLength
      ? `at least ${minWebhookSecretLength} characters`
      : undefined
  const text = await dialogue.askHidden('The webhook secret, as the platform shows it', { check })
  return [{ kind: 'to-write', name: 'webhook-secret', secret: toSecret(text.trim()) }]
}

async function askCredentials(
  flags: InitFlags,
  dialogue: Dialogue,
): Promise<Pick<InitPlan, 'apiClientId' | 'apiClientSecret'>> {
  const check = (text: string) => (text.trim() === '' ? 'a value' : undefined)
  const apiClientId =
    flags.apiClientId ?? (await dialogue.ask('The client id of the API token', { check })).trim()
  if (flags.apiClientSecretFile !== undefined) {
    return { apiClientId, apiClientSecret: { kind: 'in-file', file: flags.apiClientSecretFile } }
  }
  const text = await dialogue.askHidden('The client secret of the API token', { check })
  const secret = toSecret(text.trim())
  return { apiClientId, apiClientSecret: { kind: 'to-write', name: 'api-client-secret', secret } }
}

function toSecret(text: string): Secret {
  const bytes = new TextEncoder().encode(text)
  const secret = new Secret(bytes)
  bytes.fill(0)
  return secret
}
