import { derivePublicKey } from '@boltwarden/core/bolt3/key-derivation'
import type { PublicKey } from '@boltwarden/core/bytes'
import type { Network } from '@boltwarden/core/network'
import type { JobFacts, JobPorts } from '../facts/job-facts.ts'
import { type ClosingFacts, closingFactsOf } from './closing-facts.ts'
import {
  type CommitmentFacts,
  commitmentFactsOf,
  type FundingSpendFacts,
  fundingSpendOf,
} from './commitment-facts.ts'
import { type HolderHtlcKey, type HtlcFacts, htlcFactsOf } from './htlc-facts.ts'

/** What the jobs of one event sign in the life of channels. */
export type ChannelFacts = {
  /** Every spend of a funding output; each commitment and close is among them. */
  readonly fundingSpends: readonly FundingSpendFacts[]
  readonly commitments: readonly CommitmentFacts[]
  readonly closings: readonly ClosingFacts[]
  readonly htlcs: readonly HtlcFacts[]
}

/** Of events that sign nothing. */
export const noChannelFacts: ChannelFacts = Object.freeze({
  fundingSpends: Object.freeze([]),
  commitments: Object.freeze([]),
  closings: Object.freeze([]),
  htlcs: Object.freeze([]),
})

/** Recomposes what the jobs of one event sign in the life of channels. */
export function recomposeChannels(
  jobs: readonly JobFacts[],
  network: Network,
  ports: JobPorts,
): ChannelFacts {
  const holderHtlcKey = holderHtlcKeys(ports)
  const htlcs = jobs.flatMap((job) => htlcFactsOf(job, holderHtlcKey) ?? [])
  const fundingSpends = jobs.flatMap((job) => fundingSpendOf(job) ?? [])
  return {
    fundingSpends,
    commitments: fundingSpends.flatMap((spend) => commitmentFactsOf(spend, htlcs, ports) ?? []),
    closings: fundingSpends.flatMap((spend) => closingFactsOf(spend, network, ports) ?? []),
    htlcs,
  }
}

/** Jobs of one event mostly share an index, and a point is dear. */
function holderHtlcKeys({ keys, secp256k1 }: JobPorts): HolderHtlcKey {
  const known = new Map<string, PublicKey>()
  return (channel, index) => {
    const name = `${channel} ${index}`
    const found = known.get(name)
    if (found !== undefined) return found
    const basepoint = keys.publicKey({ purpose: 'channel-key', channel, key: 'htlc-basepoint' })
    const point = keys.perCommitmentPoint(channel, index)
    const key = derivePublicKey(secp256k1, point, basepoint)
    known.set(name, key)
    return key
  }
}
