import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { runJson } from '../demo/command.ts'
import type { Platform } from '../platform/platform.ts'
import { type Capture, openCapture } from './capture.ts'

/** How long the judging of a whole run may take, in milliseconds. */
const judgingMs = 120_000

/** A run that is kept, and how it is ended. */
export type Recording = {
  readonly note: Capture['note']
  /** Writes beside the events what judges them again. To be called while the signer's files last. */
  readonly finish: () => Promise<Recorded>
}

/** What was kept: each a path. */
export type Recorded = {
  readonly events: number
  readonly capture: string
  readonly policy: string
  /** The public keys that the events ask for: with them no key store is needed. */
  readonly publicKeys: string
}

/** The signer whose run it is. */
export type RecordedSigner = {
  /** The built `boltwarden` command. */
  readonly main: string
  /** Its folder, with configuration and policy. */
  readonly folder: string
  readonly passphraseFile: string
  readonly platform: Platform
}

/**
 * Keeps a run in a folder.
 *
 * @throws {Error} `EEXIST` if the folder holds one already.
 */
export function startRecording(folder: string, signer: RecordedSigner): Recording {
  const { main, platform, passphraseFile } = signer
  const capture = openCapture(folder, (invoice) => {
    const { paymentHash, preimageNonce: nonce } = platform.get('Invoice', invoice)
    return paymentHash === undefined || nonce === undefined ? undefined : { nonce, paymentHash }
  })
  const recorded = {
    capture: capture.file,
    policy: join(folder, 'policy.toml'),
    publicKeys: join(folder, 'public-keys.json'),
  }
  return {
    note: capture.note,
    finish: async () => {
      capture.end()
      copyFileSync(join(signer.folder, 'policy.toml'), recorded.policy)
      const judged = ['policy', 'replay', capture.file, '--policy', recorded.policy, '--json']
      const keys = ['--config', join(signer.folder, 'boltwarden.toml')]
      keys.push('--passphrase-file', passphraseFile, '--write-public-keys', recorded.publicKeys)
      await runJson(main, [...judged, ...keys], AbortSignal.timeout(judgingMs))
      return { ...recorded, events: capture.written() }
    },
  }
}
