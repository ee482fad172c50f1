import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requestWalk } from '../control/client.ts'
import { destinationsPerWalk } from '../walk/player.ts'
import type { StepResult, WalkReport } from '../walk/step.ts'
import { channelsPerWalk } from '../walk/walk.ts'
import { type Child, startChild } from './child.ts'
import { runJson } from './command.ts'
import { createDemoFiles, type DemoFiles } from './files.ts'
import { choosePorts, type DemoPorts } from './ports.ts'
import { waitUntilReady } from './readiness.ts'

export type DemoOptions = {
  /** The built `boltwarden` command. Default: that of this repository. */
  readonly signerMain?: string
  /** The built `boltwarden-sandbox` command. Default: that of this package. */
  readonly sandboxMain?: string
  readonly signal: AbortSignal
  /** Hears what is being done. */
  readonly onProgress?: (text: string) => void
  readonly onStep?: (step: StepResult) => void
}

/** A walk that was played, with both processes still running. */
export type Demo = {
  readonly report: WalkReport
  readonly urls: { readonly sandbox: string; readonly signer: string; readonly admin: string }
  readonly files: DemoFiles
  readonly signerMain: string
  readonly sandboxMain: string
  /** Rejects when one of the processes ends by itself. */
  readonly died: Promise<never>
  /** Ends both processes and removes the folder with its secrets. */
  readonly stop: () => Promise<void>
}

const clientId = 'sandbox'
// From src/demo and from dist/demo the way up is the same.
const repository = '../../../../'
const builtSigner = () =>
  fileURLToPath(new URL(`${repository}packages/signer/dist/cli/main.js`, import.meta.url))
const builtSandbox = () =>
  fileURLToPath(new URL(`${repository}apps/sandbox/dist/cli/main.js`, import.meta.url))

/**
 * Makes a signer with a fresh seed, starts it and a sandbox as two processes, pairs them, and
 * walks. Whatever happens before the walk has ended, nothing is left behind.
 *
 * @throws {DemoError} if a process does not start or does not get ready.
 */
export async function playDemo(options: DemoOptions): Promise<Demo> {
  const files = createDemoFiles()
  const children: Child[] = []
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()))
    files.remove()
  }
  try {
    return { ...(await play(options, files, children)), files, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function play(
  options: DemoOptions,
  files: DemoFiles,
  children: Child[],
): Promise<Omit<Demo, 'files' | 'stop'>> {
  const { signal, onProgress = () => undefined } = options
  const { signerMain = builtSigner(), sandboxMain = builtSandbox() } = options
  const ports = await choosePorts()
  const urls = {
    sandbox: `http://127.0.0.1:${ports.sandbox}`,
    signer: `http://127.0.0.1:${ports.webhook}/webhook`,
    admin: `http://127.0.0.1:${ports.admin}`,
  }
  onProgress('making a seed, an encrypted key store and a configuration')
  await runJson(signerMain, initArgs(files, ports, urls.sandbox), signal)
  const config = join(files.signer, 'boltwarden.toml')
  const unlock = ['--config', config, '--passphrase-file', files.passphrase]

  onProgress('starting the sandbox and the signer')
  const sandbox = startChild(
    'sandbox',
    sandboxMain,
    sandboxArgs(files, ports, urls.signer),
    files.log('sandbox'),
  )
  children.push(sandbox)
  const signer = startChild('signer', signerMain, ['serve', ...unlock], files.log('signer'))
  children.push(signer)
  await waitUntilReady(sandbox, `${urls.sandbox}/inspector.json`, signal)
  await waitUntilReady(signer, `${urls.admin}/readyz`, signal)

  onProgress("pairing: the platform learns the signer's public keys")
  const numbers = [
    ...['--channels', `0..${channelsPerWalk - 1}`],
    ...['--destinations', `0..${destinationsPerWalk - 1}`],
  ]
  const pairing = await runJson(
    signerMain,
    ['keys', 'show', ...unlock, ...numbers, '--json'],
    signal,
  )
  writeFileSync(files.pairing, JSON.stringify(pairing), { mode: 0o600 })

  onProgress('walking')
  const died = Promise.race(children.map((child) => child.died))
  died.catch(() => undefined)
  const onStep = options.onStep ?? (() => undefined)
  const report = await Promise.race([requestWalk(urls.sandbox, { pairing }, onStep, signal), died])
  return { report, urls, signerMain, sandboxMain, died }
}

function initArgs(files: DemoFiles, ports: DemoPorts, sandboxUrl: string): readonly string[] {
  return [
    ...['init', '--non-interactive', '--json', '--dir', files.signer, '--network', 'regtest'],
    ...['--generate', '--phrase-out-file', files.phrase, '--passphrase-file', files.passphrase],
    // The key store holds nothing of value and is gone in a minute; 1.2 s of scrypt would be waste.
    '--insecure-fast-kdf',
    ...['--webhook-secret-file', files.webhookSecret, '--webhook-port', String(ports.webhook)],
    ...['--admin-port', String(ports.admin), '--api-base-url', sandboxUrl],
    ...['--api-client-id', clientId, '--api-client-secret-file', files.clientSecret],
  ]
}

function sandboxArgs(files: DemoFiles, ports: DemoPorts, webhookUrl: string): readonly string[] {
  return [
    ...['serve', '--port', String(ports.sandbox), '--client-id', clientId],
    ...['--client-secret-file', files.clientSecret, '--webhook-url', webhookUrl],
    ...['--webhook-secret-file', files.webhookSecret],
  ]
}
