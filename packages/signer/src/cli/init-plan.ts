import type { Network } from '@boltwarden/core/network'
import type { Secret } from '@boltwarden/core/secret'
import type { Seed } from '../keystore/seed-phrase.ts'

/** A secret that stands in a file already, or one that `init` is to put into a file. */
export type SecretPlan =
  | { readonly kind: 'in-file'; readonly file: string }
  | { readonly kind: 'to-write'; readonly name: string; readonly secret: Secret }

/** Everything that `init` needs to know, however it was found out. */
export type InitPlan = {
  /** The folder that is made. */
  readonly folder: string
  readonly network: Network
  readonly seed: Seed
  readonly passphrase: Secret
  readonly fastKdf: boolean
  readonly webhookSecrets: readonly SecretPlan[]
  readonly answer: 'mutation' | 'respond-directly'
  readonly baseUrl: string | undefined
  readonly apiClientId: string | undefined
  readonly apiClientSecret: SecretPlan | undefined
  readonly webhookPort: number | undefined
  readonly adminPort: number | undefined
}

/** The flags of `boltwarden init`, as commander hands them over. */
export type InitFlags = {
  readonly dir: string
  readonly network?: string
  readonly nonInteractive?: boolean
  readonly generate?: boolean
  readonly phraseFile?: string
  readonly phraseFd?: number
  readonly seedHexFile?: string
  readonly seedHexFd?: number
  readonly phraseOutFile?: string
  readonly passphraseFile?: string
  readonly passphraseFd?: number
  readonly webhookSecretFile?: readonly string[]
  readonly answer: string
  readonly apiBaseUrl?: string
  readonly apiClientId?: string
  readonly apiClientSecretFile?: string
  readonly webhookPort?: number
  readonly adminPort?: number
  readonly insecureFastKdf?: boolean
  readonly json?: boolean
}
