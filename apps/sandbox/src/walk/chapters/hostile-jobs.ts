import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { tweak } from '@boltwarden/core/bytes'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import { closingJob, walletSweep } from '../../channel/claims.ts'
import { commitmentJob } from '../../channel/commitment.ts'
import { digestOf, type JobDraft } from '../../channel/job.ts'
import { channelPath, point } from '../../channel/terms.ts'
import { counterpartyCommitment, type LiveChannel } from '../asks/exchange.ts'
import { askForged } from '../asks/forged-jobs.ts'
import { l1Address, type Scene } from '../player.ts'

/** Jobs that are what they say, and would give the node's money away. */
async function forgeThefts(scene: Scene, channel: LiveChannel, close: JobDraft): Promise<void> {
  const { terms, number, balances } = channel
  const stranger = p2wpkh(terms.counterparty.basepoints.payment)
  const toStranger = (job: JobDraft, value: bigint): JobDraft => ({
    ...job,
    transaction: {
      ...job.transaction,
      outputs: [{ value: sats(value), scriptPubKey: stranger }],
    },
  })
  const next = commitmentNumber(number + 4)
  const wallet = l1Address(scene.pairing, 0, 9)
  const coin = { transaction: close.transaction, vout: 0, value: sats(300_000n) }
  const thefts: readonly (readonly [string, JobDraft, readonly string[]])[] = [
    [
      'a commitment that leaves numbers out',
      commitmentJob(terms, counterpartyCommitment(scene, terms, next, balances)),
      ['policy-commitment-retry-same', 'policy-commitment-previous-revoked'],
    ],
    [
      'a close that burns the channel',
      toStranger(close, 1_000n),
      ['policy-mutual-fee-range', 'policy-mutual-destination-allowlisted'],
    ],
    [
      'a coin of the wallet to a stranger',
      toStranger(walletSweep(wallet, coin, wallet), 299_000n),
      ['policy-onchain-no-unknown-outputs'],
    ],
  ]
  for (const [name, draft, refusedBy] of thefts) {
    await askForged(scene, terms, name, draft, refusedBy)
  }
}

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
  await forgeThefts(scene, channel, theft)
  for (const [name, fields, refusedBy] of forged) {
    await askForged(scene, terms, name, { ...honest, ...fields }, refusedBy)
  }
}
