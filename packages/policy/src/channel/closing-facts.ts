import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { equalBytes } from '@boltwarden/core/bytes'
import type { OwnScriptPath } from '@boltwarden/core/keys/own-scripts'
import type { Network } from '@boltwarden/core/network'
import type { JobFacts, JobPorts } from '../facts/job-facts.ts'
import { isOwnScriptPath } from '../onchain/outputs.ts'
import type { FundingSpendFacts } from './commitment-facts.ts'

/** An output of a closing transaction, and our key that it pays. */
export type ClosingOutputFacts = TxOut & { readonly own: OwnScriptPath | undefined }

/** A transaction in the shape of a cooperative close. */
export type ClosingFacts = FundingSpendFacts & { readonly outputs: readonly ClosingOutputFacts[] }

/** The facts of a funding spend that is a close; undefined for any other. */
export function closingFactsOf(
  spend: FundingSpendFacts,
  network: Network,
  { keys }: JobPorts,
): ClosingFacts | undefined {
  if (spend.job.spend?.kind !== 'closing') return undefined
  const own = keys.ownScripts(network)
  const named = destinationOf(spend.job, network)
  const namedScript = named && p2wpkh(keys.publicKey(named))
  const outputs = spend.transaction.outputs.map((output) => {
    const isNamed = namedScript !== undefined && equalBytes(output.scriptPubKey, namedScript)
    return { ...output, own: isNamed ? named : own.find(output.scriptPubKey) }
  })
  return { ...spend, outputs }
}

function destinationOf({ destination }: JobFacts, network: Network): OwnScriptPath | undefined {
  if (!destination?.ok) return undefined
  return isOwnScriptPath(destination.value, network) ? destination.value : undefined
}
