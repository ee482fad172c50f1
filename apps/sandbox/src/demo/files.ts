import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The name of the folder of chain, platform and nodes, inside a folder that is kept. */
export const sandboxFolder = 'sandbox'

/** The folder of one play with its secrets: fresh ones, unless it is kept and was there before. */
export type DemoFiles = {
  readonly folder: string
  readonly webhookSecret: string
  readonly clientSecret: string
  readonly passphrase: string
  /** Where `init` writes the seed phrase. */
  readonly phrase: string
  /** The signer's folder, which `init` makes. */
  readonly signer: string
  /** The folder of chain, platform and nodes, where they are kept. */
  readonly sandbox: string | undefined
  /** The ports that the signer's configuration names. */
  readonly ports: string
  readonly log: (name: string) => string
  readonly remove: () => void
}

/**
 * Makes the folder; only its owner may look inside.
 *
 * @param kept - a folder that stays; without it one below the system's temporary folder, which goes.
 */
export function createDemoFiles(kept?: string): DemoFiles {
  if (kept !== undefined) mkdirSync(kept, { recursive: true, mode: 0o700 })
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'boltwarden-demo-'))
  const secret = (name: string) => {
    const path = join(folder, name)
    if (!existsSync(path)) {
      writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
    }
    return path
  }
  return {
    folder,
    webhookSecret: secret('webhook-secret'),
    clientSecret: secret('client-secret'),
    passphrase: secret('passphrase'),
    phrase: join(folder, 'phrase'),
    signer: join(folder, 'signer'),
    sandbox: kept === undefined ? undefined : join(folder, sandboxFolder),
    ports: join(folder, 'ports.json'),
    log: (name) => join(folder, `${name}.log`),
    remove: () => {
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
