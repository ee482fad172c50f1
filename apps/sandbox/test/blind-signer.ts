import type { AttackSubject } from '../src/adversary/stage/play.ts'
import { parsePairing, startSandbox } from '../src/index.ts'
import { startOfficialSigner } from './official-signer.ts'
import { credentials, pairingOf, webhookSecret } from './pairing.ts'

/** A signer, ready to be attacked. */
export type Stand = { readonly subject: AttackSubject; readonly close: () => Promise<void> }

/** The official SDK's handler, which signs whatever it is asked, ready to be attacked. */
export async function startBlindSigner(channels: number): Promise<Stand> {
  const seed = new Uint8Array(64).fill(9)
  const signer = await startOfficialSigner(seed)
  const { webhookUrl } = signer
  const sandbox = await startSandbox({ credentials, webhookUrl, webhookSecret, retrySchedule: [] })
  signer.connect(sandbox.url)
  const { platform, dispatcher } = sandbox
  return {
    subject: {
      platform,
      dispatcher,
      pairing: parsePairing(pairingOf(seed, channels)),
      seed,
      // It knows no intents, and has nothing to lose in a power cut.
      owner: { announce: async () => undefined, restart: async () => undefined },
    },
    close: async () => {
      await sandbox.close()
      await signer.close()
    },
  }
}
