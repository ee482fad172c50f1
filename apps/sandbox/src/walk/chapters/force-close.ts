import { buildToLocal } from '@boltwarden/core/bolt3/scripts/to-local'
import { sats } from '@boltwarden/core/units'
import { delayedSweep } from '../../channel/claims.ts'
import {
  commitmentJob,
  commitmentOf,
  htlcJobs,
  htlcTransaction,
  outputsOf,
} from '../../channel/commitment.ts'
import type { ChannelKeys } from '../../pairing/pairing.ts'
import { askPoint } from '../asks/commitment-asks.ts'
import { askPreimage } from '../asks/invoice-asks.ts'
import { askSignatures } from '../asks/signing-asks.ts'
import { destinationAddress, type Scene } from '../player.ts'
import { openInbound, receiveHtlc, settleHtlc } from './inbound.ts'

/** The counterparty falls silent with a payment under way: the node closes alone. */
export async function playForceClose(scene: Scene, keys: ChannelKeys): Promise<void> {
  const opened = await openInbound(scene, keys, 'static-remotekey', sats(500_000n))
  const paid = await settleHtlc(scene, await receiveHtlc(scene, opened, 70_000n))
  const { terms, number, balances, invoice } = await receiveHtlc(scene, paid, 30_000n)
  const { point } = await askPoint(scene, terms, number)
  const side = { broadcaster: 'holder' as const, number, point }
  const commitment = commitmentOf(scene.secp256k1, terms, balances, side)
  const { channelId } = terms
  await askSignatures(scene, channelId, `our own commitment ${number}, to broadcast it`, [
    commitmentJob(terms, commitment),
  ])
  await askPreimage(scene, invoice)
  await askSignatures(
    scene,
    channelId,
    'HTLC-success of our commitment',
    htlcJobs(terms, commitment),
  )
  const address = destinationAddress(scene.pairing, 2)
  const sweeps = [
    ...outputsOf(commitment, 'to-local').map(({ vout, witnessScript }) => ({
      transaction: commitment.transaction,
      vout,
      script: witnessScript,
    })),
    ...outputsOf(commitment, 'htlc').map((output) => ({
      transaction: htlcTransaction(terms, commitment, output),
      vout: 0,
      script: buildToLocal({
        revocationPublicKey: commitment.revocation,
        delayedPublicKey: commitment.delayed,
        toSelfDelay: terms.toSelfDelay,
      }),
    })),
  ]
  for (const [i, spent] of sweeps.entries()) {
    const name = `sweep ${i + 1} of our delayed outputs`
    await askSignatures(scene, channelId, name, [delayedSweep(terms, commitment, spent, address)])
  }
}
