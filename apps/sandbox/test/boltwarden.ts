import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, startChild } from '../src/demo/child.ts'
import { runJson } from '../src/demo/command.ts'
import { waitUntilReady } from '../src/demo/readiness.ts'
import { type Pairing, parsePairing, type Sandbox, startSandbox } from '../src/index.ts'
import { freePort } from './free-port.ts'
import { credentials, webhookSecret } from './pairing.ts'

const signerMain = fileURLToPath(
  new URL('../../../packages/signer/dist/cli/main.js', import.meta.url),
)
const signal = new AbortController().signal

/** A signer of this repository, as it is built, that serves a sandbox. */
export type Boltwarden = {
  readonly sandbox: Sandbox
  /** As the signer itself shows it. */
  readonly pairing: Pairing
  /** Ends the signer as a power cut does, and starts it again. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Makes a signer with a fresh seed and starts it.
 *
 * @param policy - what its owner adds to the policy that `init` writes.
 */
export async function startBoltwarden(policy = '', channels = 6): Promise<Boltwarden> {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-lightning-'))
  const secret = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const ports = { webhook: await freePort(), admin: await freePort() }
  const sandbox = await startSandbox({
    credentials,
    webhookUrl: `http://127.0.0.1:${ports.webhook}/webhook`,
    webhookSecret,
  })
  const home = join(folder, 'signer')
  const passphrase = ['--passphrase-file', secret('passphrase', 'a passphrase of a test')]
  const config = ['--config', join(home, 'boltwarden.toml'), ...passphrase]
  const init = [
    ...['init', '--non-interactive', '--json', '--dir', home, '--network', 'regtest'],
    ...['--generate', '--phrase-out-file', join(folder, 'phrase'), ...passphrase],
    ...['--insecure-fast-kdf', '--webhook-secret-file', secret('webhook', webhookSecret)],
    ...['--webhook-port', String(ports.webhook), '--admin-port', String(ports.admin)],
    ...['--api-base-url', sandbox.url, '--api-client-id', credentials.clientId],
    ...['--api-client-secret-file', secret('client', credentials.clientSecret)],
  ]
  await runJson(signerMain, init, signal)
  if (policy !== '') writeFileSync(join(home, 'policy.toml'), policy)
  const start = async () => {
    const child = startChild('signer', signerMain, ['serve', ...config], join(folder, 'log'))
    await waitUntilReady(child, `http://127.0.0.1:${ports.admin}/readyz`, signal)
    return child
  }
  const show = ['--channels', `0..${channels - 1}`, '--destinations', '0..2', '--json']
  const pairing = parsePairing(
    await runJson(signerMain, ['keys', 'show', ...config, ...show], signal),
  )
  const running: { child: Child } = { child: await start() }
  return {
    sandbox,
    pairing,
    restart: async () => {
      await running.child.kill()
      running.child = await start()
    },
    close: async () => {
      await running.child.stop()
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
