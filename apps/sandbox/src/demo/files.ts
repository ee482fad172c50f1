import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The demo's folder below the system's temporary one, with fresh secrets for one play. */
export type DemoFiles = {
  readonly folder: string
  readonly webhookSecret: string
  readonly clientSecret: string
  readonly passphrase: string
  /** Where `init` writes the seed phrase. */
  readonly phrase: string
  /** The signer's folder, which `init` makes. */
  readonly signer: string
  readonly log: (name: string) => string
  readonly remove: () => void
}

/** Makes the folder; only its owner may look inside. */
export function createDemoFiles(): DemoFiles {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-demo-'))
  const secret = (name: string) => {
    const path = join(folder, name)
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
    return path
  }
  return {
    folder,
    webhookSecret: secret('webhook-secret'),
    clientSecret: secret('client-secret'),
    passphrase: secret('passphrase'),
    phrase: join(folder, 'phrase'),
    signer: join(folder, 'signer'),
    log: (name) => join(folder, `${name}.log`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
