import { fork } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DemoError } from '../demo/demo-error.ts'
import type { SignerProcess } from './signer.ts'

/** What the official handler's server is told. */
export type OfficialTerms = {
  readonly seedHex: string
  readonly webhookSecret: string
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  readonly port: number
}

// The built one: it is a process of its own, also where tests run the sources.
const serverMain = fileURLToPath(new URL('../../dist/signers/official-server.js', import.meta.url))

/**
 * Starts the official SDK's handler with the seed of a phrase; resolves once it listens.
 *
 * @throws {DemoError} if it ends before that: its port may have been taken.
 */
export async function startOfficialServer(
  terms: Omit<OfficialTerms, 'seedHex'>,
  phraseFile: string,
): Promise<SignerProcess> {
  const child = fork(serverMain, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  child.send({ ...terms, seedHex: seedOf(phraseFile).toString('hex') } satisfies OfficialTerms)
  const isReady = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ])
  if (!isReady) throw new DemoError('the official SDK’s handler did not start')
  const end = async () => {
    const exited = once(child, 'exit')
    if (child.kill('SIGKILL')) await exited
  }
  return { kill: end, stop: end }
}

/** BIP 39's seed, 64 bytes, with an empty passphrase. */
export function seedOf(phraseFile: string): Buffer {
  const words = readFileSync(phraseFile, 'utf8').normalize('NFKD').trim().split(/\s+/)
  return pbkdf2Sync(words.join(' '), 'mnemonic', 2048, 64, 'sha512')
}
