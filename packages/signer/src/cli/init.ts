import { lstatSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { toHex } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { configTemplate } from '../config/template.ts'
import { systemEntropy } from '../entropy.ts'
import { SignerFault } from '../fault.ts'
import { insecureScryptWorkFactor, scryptWorkFactor, writeKeyStore } from '../keystore/age-file.ts'
import { openCurve } from '../keystore/curve.ts'
import { policyTemplate } from '../policy-file/template.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { makeFolder, writeNew } from '../write-file.ts'
import { type Dialogue, terminalDialogue } from './dialogue.ts'
import { planFromDialogue } from './init-dialogue.ts'
import { planFromFlags } from './init-flags.ts'
import type { InitFlags, InitPlan, SecretPlan } from './init-plan.ts'
import { paint, print, type Terminal } from './terminal.ts'

/** What is public of a new signer. */
export type InitSummary = {
  readonly folder: string
  readonly config: string
  readonly keyStore: string
  readonly network: string
  readonly fingerprint: string
  readonly nodeId: string
  readonly l1Xpub: string
}

/** `boltwarden init`. `dialogue` is for tests. */
export async function runInit(
  flags: InitFlags,
  terminal: Terminal,
  dialogue?: Dialogue,
): Promise<void> {
  const rules = warningRules(terminal)
  refuseExisting(resolve(flags.dir))
  if (flags.nonInteractive !== true && !terminal.interactive && dialogue === undefined) {
    throw new SignerFault({ code: 'USAGE', expected: 'a terminal, or --non-interactive' })
  }
  const plan =
    flags.nonInteractive === true
      ? planFromFlags(flags, { entropy: systemEntropy, rules })
      : await planFromDialogue(flags, {
          dialogue: dialogue ?? (await terminalDialogue(terminal)),
          entropy: systemEntropy,
          rules,
        })
  if (plan.fastKdf) {
    terminal.err.write(
      'warning: --insecure-fast-kdf: this key store is for a sandbox; its passphrase is quickly guessed\n',
    )
  }
  const summary = await executeInit(plan)
  print(terminal, flags.json, summary, describe(summary, terminal))
}

/** Secret files that others may read are refused; those that a group may read are told. */
export function warningRules(terminal: Terminal, allowExposed = false): SecretFileRules {
  return {
    allowExposed,
    warn: ({ source, mode }) => {
      terminal.err.write(`warning: ${source} has mode ${mode}; others than its owner may use it\n`)
    },
  }
}

/**
 * Makes the folder with the key store, the configuration and an empty data folder.
 *
 * @throws {SignerFault} `TARGET_EXISTS` or `WRITE_FAILED`; nothing that stood there is changed.
 */
export async function executeInit(plan: InitPlan): Promise<InitSummary> {
  const folder = resolve(plan.folder)
  const { config, keyStore } = refuseExisting(folder)
  const keychain = Keychain.fromSeed(plan.seed.seed, { secp256k1: await openCurve('auto') })
  try {
    const { fingerprint } = keychain
    makeFolder(join(folder, 'data'))
    const workFactor = plan.fastKdf ? insecureScryptWorkFactor : scryptWorkFactor
    const document = { ...plan.seed, fingerprint }
    await writeKeyStore(keyStore, document, plan.passphrase, { workFactor })
    writeNew(join(folder, tokenFile), newToken(), 0o600)
    writeNew(join(folder, policyFile), new TextEncoder().encode(policyTemplate()), 0o600)
    const text = configTemplate({
      ...plan,
      fingerprint,
      adminTokenFile: tokenFile,
      policyFile,
      webhookSecretFiles: plan.webhookSecrets.map((secret) => placeSecret(secret, folder)),
      apiClientSecretFile: plan.apiClientSecret && placeSecret(plan.apiClientSecret, folder),
    })
    writeNew(config, new TextEncoder().encode(text), 0o600)
    return {
      folder,
      config,
      keyStore,
      network: plan.network,
      fingerprint,
      nodeId: toHex(keychain.publicKey({ purpose: 'node-identity' })),
      l1Xpub: keychain.l1AccountXpub(plan.network),
    }
  } finally {
    keychain.dispose()
    plan.seed.seed.dispose()
    plan.passphrase.dispose()
  }
}

/** What the admin API is opened with, as a file in the signer's folder. */
const tokenFile = 'admin-token'
const policyFile = 'policy.toml'

/** One token of 256 bits. */
function newToken(): Uint8Array {
  const token = Buffer.from(systemEntropy.bytes(32)).toString('base64url')
  return new TextEncoder().encode(`operator ${token}\n`)
}

function refuseExisting(folder: string): { readonly config: string; readonly keyStore: string } {
  const targets = {
    config: join(folder, 'boltwarden.toml'),
    keyStore: join(folder, 'keystore.age'),
  }
  const others = [tokenFile, policyFile].map((name) => join(folder, name))
  for (const file of [...Object.values(targets), ...others]) {
    // A link to nowhere stands there too.
    const isFree = lstatSync(file, { throwIfNoEntry: false }) === undefined
    if (!isFree) throw new SignerFault({ code: 'TARGET_EXISTS', file })
  }
  return targets
}

/** The file of a secret as the configuration names it: relative where it is in the folder. */
function placeSecret(plan: SecretPlan, folder: string): string {
  if (plan.kind === 'in-file') {
    const path = relative(folder, resolve(plan.file))
    return path.startsWith('..') || isAbsolute(path) ? resolve(plan.file) : path
  }
  plan.secret.use((bytes) => writeNew(join(folder, plan.name), bytes, 0o600))
  plan.secret.dispose()
  return plan.name
}

function describe(summary: InitSummary, terminal: Terminal): string {
  const row = (name: string, value: string) => `  ${name.padEnd(12)} ${value}\n`
  return [
    `${paint(terminal, 'bold', 'The signer is ready.')}\n`,
    row('network', summary.network),
    row('fingerprint', summary.fingerprint),
    row('node id', summary.nodeId),
    row('L1 xpub', summary.l1Xpub),
    row('key store', summary.keyStore),
    row('config', summary.config),
    `\nNext: boltwarden doctor --config ${summary.config}\n`,
    `      boltwarden serve --config ${summary.config}\n`,
  ].join('')
}
