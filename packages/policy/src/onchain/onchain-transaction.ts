import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { justiceTweaks } from '@boltwarden/core/bolt3/key-derivation'
import { type CommitmentSecret, equalBytes, type Txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { KeyPath } from '@boltwarden/core/keys/key-path'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Sats } from '@boltwarden/core/units'
import type { JobFacts } from '../facts/job-facts.ts'
import { type OutputFacts, type OutputPorts, recogniseOutputs } from './outputs.ts'
import { type OnchainPurpose, purposeOf } from './purpose.ts'
import { signedWeight } from './weight.ts'

/** A job that spends an output of ours on the chain. */
export type OnchainJob = {
  readonly facts: JobFacts
  readonly purpose: OnchainPurpose
  /** The input it signs, as its digest tells. */
  readonly inputIndex: number
  /** What the output holds, as its digest tells. */
  readonly amount: Sats
  /** Of justice: whether a secret that the counterparty revealed gives the job's two tweaks. */
  readonly isPunishedBy?: (secret: CommitmentSecret) => boolean
}

/** What judging transactions on the chain needs. */
export type OnchainPorts = OutputPorts & { readonly secp256k1: Secp256k1 }

/**
 * A transaction of an event, with every job that signs for an input of it. With SIGHASH_ALL each of
 * them commits to all inputs and outputs, so that they are judged together.
 */
export type OnchainTransaction = {
  /** Of the transaction without what signatures do not commit to. */
  readonly txid: Txid
  readonly transaction: Transaction
  readonly jobs: readonly OnchainJob[]
  readonly outputs: readonly OutputFacts[]
  /** The most that it weighs once it is signed, in weight units. */
  readonly weight: number
}

/**
 * The transactions that spend outputs of ours on the chain, in the order of the jobs. Two jobs
 * belong together where their digests commit to the same inputs, outputs, version and lock time,
 * whatever else their encodings show.
 */
export function onchainTransactionsOf(
  jobs: readonly JobFacts[],
  ports: OnchainPorts,
): readonly OnchainTransaction[] {
  const groups = new Map<string, { txid: Txid; transaction: Transaction; jobs: OnchainJob[] }>()
  for (const facts of jobs) {
    const job = onchainJobOf(facts, ports)
    if (job === undefined || !facts.transaction?.ok) continue
    const { transaction } = facts.transaction.value
    const txid = transactionId(withoutScripts(transaction))
    const name = toHex(txid)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { txid, transaction, jobs: [job] })
    else group.jobs.push(job)
  }
  return [...groups.values()].map((group) => complete(group, ports))
}

function onchainJobOf(facts: JobFacts, ports: OnchainPorts): OnchainJob | undefined {
  const purpose = purposeOf(facts)
  const { match } = facts
  const { amount } = facts.job
  if (purpose === undefined || match === undefined || amount === undefined) return undefined
  const job = { facts, purpose, inputIndex: match.inputIndex, amount }
  return facts.spend?.kind === 'justice' ? { ...job, isPunishedBy: punishment(facts, ports) } : job
}

function punishment(
  { job: { mulTweak, addTweak }, path }: JobFacts,
  { keys, secp256k1 }: OnchainPorts,
): (secret: CommitmentSecret) => boolean {
  if (!path.ok || mulTweak === undefined || addTweak === undefined) return () => false
  const basepoint = keys.publicKey(path.value)
  return (secret) => {
    const tweaks = justiceTweaks(secp256k1, secret, basepoint)
    return equalBytes(tweaks.mulTweak, mulTweak) && equalBytes(tweaks.addTweak, addTweak)
  }
}

function complete(
  group: Pick<OnchainTransaction, 'txid' | 'transaction' | 'jobs'>,
  ports: OutputPorts,
): OnchainTransaction {
  const { transaction, jobs } = group
  const scripts = new Map<number, Uint8Array>()
  for (const { inputIndex, facts } of jobs) {
    const { script } = facts.job
    if (script !== undefined && facts.script?.template !== 'p2wpkh') scripts.set(inputIndex, script)
  }
  return {
    ...group,
    outputs: recogniseOutputs(transaction.outputs, namedPaths(jobs), ports),
    weight: signedWeight(withoutScripts(transaction), scripts),
  }
}

function namedPaths(jobs: readonly OnchainJob[]): readonly KeyPath[] {
  return jobs.flatMap(({ facts: { destination } }) => (destination?.ok ? [destination.value] : []))
}

/** What BIP 143 commits to: scripts and witnesses of inputs are not part of it. */
function withoutScripts(transaction: Transaction): Transaction {
  const none = new Uint8Array()
  const inputs = transaction.inputs.map((input) => ({ ...input, scriptSig: none, witness: [] }))
  return { ...transaction, inputs }
}
