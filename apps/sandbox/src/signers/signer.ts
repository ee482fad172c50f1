import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from '../demo/child.ts'
import { runJson } from '../demo/command.ts'
import { createDemoFiles, type DemoFiles } from '../demo/files.ts'
import { choosePorts, type DemoPorts } from '../demo/ports.ts'
import { waitUntilReady } from '../demo/readiness.ts'
import type { Credentials } from '../graphql/authorization.ts'
import { type Pairing, parsePairing } from '../pairing/pairing.ts'
import { type Recording, startRecording } from '../recorder/recording.ts'
import { type Sandbox, startSandbox } from '../sandbox.ts'
import { startOfficialServer } from './official-signer.ts'

/** Signers that can serve the sandbox: ours, and the one that signs whatever it is asked. */
export const signerNames = ['boltwarden', 'official'] as const
export type SignerName = (typeof signerNames)[number]

/** A signer's process. */
export type SignerProcess = {
  /** Ends it at once, as a power cut does. */
  readonly kill: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** What a signer is made with. */
export type SignerTerms = {
  /** What its owner adds to the policy that `init` writes; the official one has none. */
  readonly policy?: string
  /** How many channels the platform learns the public keys of. */
  readonly channels: number
  /** The folder in which the run is kept; without it nothing is. */
  readonly record?: string | undefined
  /** Keeps signer and platform; started again with it, they are the same. Without it they go. */
  readonly state?: string | undefined
  readonly signal: AbortSignal
}

/** A signer with a seed of its own, and the platform that it serves. */
export type RunningSigner = {
  readonly name: SignerName
  readonly sandbox: Sandbox
  readonly pairing: Pairing
  /** With which the platform's API is asked: a token of this run, worth nothing after it. */
  readonly credentials: Credentials
  /** Where the signer's admin listener is; the official one has none. */
  readonly adminUrl: string
  readonly files: DemoFiles
  /** Ends it as a power cut does and starts it again, where wanted with another policy. */
  readonly restart: (policy?: string) => Promise<void>
  readonly recording: Recording | undefined
  readonly close: () => Promise<void>
}

const clientId = 'sandbox'
/** The built `boltwarden` command: from src/signers and from dist/signers the way up is the same. */
export const signerMain: string = fileURLToPath(
  new URL('../../../../packages/signer/dist/cli/main.js', import.meta.url),
)

/**
 * Makes a seed, starts a platform and the signer, and pairs them. Whatever fails, nothing is left.
 *
 * @throws {DemoError} if a part does not start.
 */
export async function startSigner(name: SignerName, terms: SignerTerms): Promise<RunningSigner> {
  const files = createDemoFiles(terms.state)
  const closers: (() => Promise<void>)[] = [async () => files.remove()]
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each()
  }
  try {
    return { ...(await start(name, terms, files, closers)), name, files, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  name: SignerName,
  { policy = '', channels, record, state, signal }: SignerTerms,
  files: DemoFiles,
  closers: (() => Promise<void>)[],
): Promise<Omit<RunningSigner, 'name' | 'files' | 'close'>> {
  const ports = await choosePorts(files.ports)
  const [webhookSecret, clientSecret] = [textOf(files.webhookSecret), textOf(files.clientSecret)]
  const kept: { recording?: Recording } = {}
  const sandbox = await startSandbox({
    port: ports.sandbox,
    credentials: { clientId, clientSecret },
    webhookUrl: `http://127.0.0.1:${ports.webhook}/webhook`,
    webhookSecret,
    onDelivery: (delivery) => kept.recording?.note(delivery),
    ...(files.sandbox !== undefined && { folder: files.sandbox }),
  })
  closers.push(sandbox.close)
  if (!existsSync(files.signer)) {
    await runJson(signerMain, initArgs(files, ports, sandbox.url), signal)
    // What is kept has the seed in the signer's own key store and nowhere else.
    if (state !== undefined && name === 'boltwarden') rmSync(files.phrase)
  }
  if (record !== undefined) {
    kept.recording = startRecording(record, {
      main: signerMain,
      folder: files.signer,
      passphraseFile: files.passphrase,
      platform: sandbox.platform,
    })
  }
  const unlock = ['--config', join(files.signer, 'boltwarden.toml')]
  unlock.push('--passphrase-file', files.passphrase)
  const numbers = ['--channels', `0..${channels - 1}`, '--destinations', '0..2', '--json']
  const pairing = parsePairing(
    await runJson(signerMain, ['keys', 'show', ...unlock, ...numbers], signal),
  )
  const adminUrl = `http://127.0.0.1:${ports.admin}`
  const begin = async (text: string): Promise<SignerProcess> => {
    if (text !== '') writeFileSync(join(files.signer, 'policy.toml'), text)
    if (name === 'official') {
      const shared = { webhookSecret, clientId, clientSecret, apiUrl: sandbox.url }
      return startOfficialServer({ ...shared, port: ports.webhook }, files.phrase)
    }
    const child = startChild('signer', signerMain, ['serve', ...unlock], files.log('signer'))
    await waitUntilReady(child, `${adminUrl}/readyz`, signal)
    return child
  }
  const running = { child: await begin(policy) }
  closers.push(() => running.child.stop())
  return {
    sandbox,
    pairing,
    credentials: { clientId, clientSecret },
    adminUrl,
    recording: kept.recording,
    restart: async (text = policy) => {
      await running.child.kill()
      running.child = await begin(text)
    },
  }
}

function initArgs(files: DemoFiles, ports: DemoPorts, apiUrl: string): readonly string[] {
  return [
    ...['init', '--non-interactive', '--json', '--dir', files.signer, '--network', 'regtest'],
    ...['--generate', '--phrase-out-file', files.phrase],
    ...['--passphrase-file', files.passphrase, '--insecure-fast-kdf'],
    ...['--webhook-secret-file', files.webhookSecret],
    ...['--webhook-port', String(ports.webhook), '--admin-port', String(ports.admin)],
    ...['--api-base-url', apiUrl, '--api-client-id', clientId],
    ...['--api-client-secret-file', files.clientSecret],
  ]
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8').trim()
}
