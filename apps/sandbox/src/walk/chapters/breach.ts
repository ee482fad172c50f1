import { sats } from '@boltwarden/core/units'
import { justiceJobs, toRemoteSweep } from '../../channel/claims.ts'
import { outputsOf } from '../../channel/commitment.ts'
import type { ChannelKeys } from '../../pairing/pairing.ts'
import { counterpartyCommitment } from '../asks/exchange.ts'
import { askSignatures } from '../asks/signing-asks.ts'
import { destinationAddress, type Scene } from '../player.ts'
import { openInbound, receiveHtlc, settleHtlc } from './inbound.ts'

/** An anchor channel that receives two payments; then the counterparty cheats. */
export async function playBreach(scene: Scene, keys: ChannelKeys): Promise<void> {
  const opened = await openInbound(scene, keys, 'anchors', sats(800_000n))
  const paid = await settleHtlc(scene, await receiveHtlc(scene, opened, 60_000n))
  const paying = await receiveHtlc(scene, paid, 40_000n)
  await settleHtlc(scene, paying)
  const { terms, number, balances } = paying
  const revoked = counterpartyCommitment(scene, terms, number, balances)
  const address = destinationAddress(scene.pairing, 1)
  const jobs = justiceJobs(scene.secp256k1, terms, revoked, address)
  const name = `justice on revoked commitment ${number}`
  await askSignatures(scene, terms.channelId, name, jobs)
  const ours = outputsOf(revoked, 'to-remote').map((output) =>
    toRemoteSweep(terms, revoked, output, address),
  )
  await askSignatures(scene, terms.channelId, 'sweep of our own output, as a PSBT', ours)
}
