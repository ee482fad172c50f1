import type { ChannelKeys } from '../../pairing/pairing.ts'
import type { Scene } from '../player.ts'
import { forgeCommitmentRequests, openWithHostility } from './hostile-commitments.ts'
import { forgeDeliveries } from './hostile-deliveries.ts'
import { forgeInvoiceRequests } from './hostile-invoices.ts'
import { forgeJobs } from './hostile-jobs.ts'

/** A live channel, and everything on it that a thief with the webhook secret would try. */
export async function playHostility(scene: Scene, keys: ChannelKeys): Promise<void> {
  const channel = await openWithHostility(scene, keys)
  await forgeJobs(scene, channel)
  await forgeCommitmentRequests(scene, channel)
  await forgeInvoiceRequests(scene)
  await forgeDeliveries(scene, channel)
}
