import { tweak } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import { closingJob } from '../../channel/claims.ts'
import { commitmentJob } from '../../channel/commitment.ts'
import { digestOf, type JobDraft } from '../../channel/job.ts'
import { channelPath, point } from '../../channel/terms.ts'
import { counterpartyCommitment, type LiveChannel } from '../asks/exchange.ts'
import { askForged } from '../asks/forged-jobs.ts'
import { l1Address, type Scene } from '../player.ts'

/** Signing jobs of which one field is forged, and the rules that see it. */
export async function forgeJobs(scene: Scene, channel: LiveChannel): Promise<void> {
  const { terms, number, balances } = channel
  const honest = commitmentJob(terms, counterpartyCommitment(scene, terms, number, balances))
  const theft = closingJob(terms, balances, l1Address(scene.pairing, 0, 8), sats(500n))
  const forged: readonly (readonly [string, Partial<JobDraft>, readonly string[]])[] = [
    [
      'the digest of another transaction than the one shown',
      { message: digestOf(theft) },
      ['policy-lightspark-sighash'],
    ],
    [
      'a multiplied funding key',
      { mulTweak: tweak(new Uint8Array(32).fill(3)) },
      ['policy-lightspark-tweak'],
    ],
    [
      'an added-to funding key',
      { addTweak: tweak(new Uint8Array(32).fill(5)) },
      ['policy-lightspark-tweak'],
    ],
    [
      "the node's identity key",
      { path: 'm/0', publicKey: point(scene.pairing.nodeId) },
      ['policy-lightspark-key-purpose', 'NOT_GRANTABLE'],
    ],
    [
      'the payment key on the funding output',
      { path: channelPath(terms, 2), publicKey: terms.holder.payment },
      ['policy-lightspark-key-purpose'],
    ],
    [
      'the funding key by another spelling of its path',
      { path: `${channelPath(terms)}/00` },
      ['policy-lightspark-path', 'NOT_GRANTABLE'],
    ],
  ]
  for (const [name, fields, refusedBy] of forged) {
    await askForged(scene, terms, name, { ...honest, ...fields }, refusedBy)
  }
}
