import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { boltwarden } from './process.ts'

/** The words behind the folders' seed: bitcoinjs's fixture. */
export const phrase = `${'abandon '.repeat(23)}art`
export const passphrase = 'canary-passphrase-91e7'
export const webhookSecret = 'canary-webhook-secret-4d2c-of-the-tests'
export const apiSecret = 'canary-api-secret-77aa'

/** A folder as `boltwarden init` makes it, with listeners on free ports. */
export async function initFolder(platformUrl: string, more: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-process-'))
  const put = (name: string, content: string) => {
    writeFileSync(join(folder, name), `${content}\n`, { mode: 0o600 })
    return join(folder, name)
  }
  const passphraseFile = put('passphrase', passphrase)
  const args = [
    ...['init', '--non-interactive', '--dir', join(folder, 'node'), '--network', 'regtest'],
    ...['--phrase-file', put('phrase', phrase), '--passphrase-file', passphraseFile],
    ...['--webhook-secret-file', put('webhook-secret', webhookSecret)],
    ...['--api-base-url', platformUrl, '--api-client-id', 'client'],
    ...['--api-client-secret-file', put('api-secret', apiSecret)],
    ...['--webhook-port', '0', '--admin-port', '0', '--insecure-fast-kdf', '--json', ...more],
  ]
  const init = await boltwarden(args).ended
  if (init.code !== 0) throw new Error(init.err)
  const config = join(folder, 'node', 'boltwarden.toml')
  return {
    folder,
    config,
    init,
    passphraseFile,
    unlock: ['--config', config, '--passphrase-file', passphraseFile],
    edit: (change: (text: string) => string) =>
      writeFileSync(config, change(readFileSync(config, 'utf8'))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
