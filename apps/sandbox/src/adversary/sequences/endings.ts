import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { justiceTweaks } from '@boltwarden/core/bolt3/key-derivation'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { buildToLocal } from '@boltwarden/core/bolt3/scripts/to-local'
import { type Sats, sats } from '@boltwarden/core/units'
import { closingJob, delayedSweep, justiceJobs, toRemoteSweep } from '../../channel/claims.ts'
import {
  commitmentJob,
  htlcJobs,
  htlcTransaction,
  outputsOf,
  type SideCommitment,
} from '../../channel/commitment.ts'
import type { JobDraft } from '../../channel/job.ts'
import { unsigned } from '../../channel/spending.ts'
import { channelPath } from '../../channel/terms.ts'
import { askPoint } from '../../walk/asks/commitment-asks.ts'
import { exchange, type LiveChannel } from '../../walk/asks/exchange.ts'
import { askPreimage } from '../../walk/asks/invoice-asks.ts'
import { askSignatures } from '../../walk/asks/signing-asks.ts'
import { receiveHtlc } from '../../walk/chapters/inbound.ts'
import { destinationAddress, l1Address } from '../../walk/player.ts'
import type { Sequence } from '../stage/attack.ts'
import { type ChannelPlan, htlc, live, ours, theirs, withHtlcs } from '../stage/channels.ts'
import { output } from '../stage/forge.ts'
import type { Stage } from '../stage/stage.ts'
import { coin, spending } from '../stage/wallet.ts'

/** Asks for one signature after the other, each in an event of its own. */
async function askEach(
  stage: Stage,
  channel: LiveChannel,
  name: string,
  drafts: readonly JobDraft[],
): Promise<void> {
  for (const draft of drafts) await askSignatures(stage, channel.terms.channelId, name, [draft])
}

/** Two fee steps and the second again. */
async function close(stage: Stage, plan: ChannelPlan, fees: readonly bigint[]): Promise<void> {
  const channel = await live(stage, plan)
  const destination = destinationAddress(stage.pairing, 0)
  const steps = fees.map((fee) =>
    closingJob(channel.terms, channel.balances, destination, sats(fee)),
  )
  await askEach(stage, channel, 'cooperative close', steps)
}

/** A channel with a payment in and one out under way. */
async function busy(stage: Stage, type: CommitmentType) {
  const first = await receiveHtlc(stage, await live(stage, { type }), 55_000n)
  const balances = withHtlcs(first.balances, htlc(stage, 'holder', 65_000n))
  const channel = await exchange(stage, first, 'holder', balances)
  return { channel, invoice: first.invoice }
}

/** The delayed outputs of our commitment: its own, and those of the second stages. */
function delayedOutputs(channel: LiveChannel, commitment: SideCommitment) {
  const { terms } = channel
  const script = buildToLocal({
    revocationPublicKey: commitment.revocation,
    delayedPublicKey: commitment.delayed,
    toSelfDelay: terms.toSelfDelay,
  })
  return [
    ...outputsOf(commitment, 'to-local').map(({ vout, witnessScript }) => ({
      transaction: commitment.transaction,
      vout,
      script: witnessScript,
    })),
    ...outputsOf(commitment, 'htlc').map((each) => ({
      transaction: htlcTransaction(terms, commitment, each),
      vout: 0,
      script,
    })),
  ]
}

/** We close alone: our commitment, the second stages, and the sweeps of all delayed outputs. */
async function closeAlone(stage: Stage): Promise<void> {
  const { channel, invoice } = await busy(stage, 'static-remotekey')
  const { terms } = channel
  const { point } = await askPoint(stage, terms, channel.number)
  const commitment = ours(stage, channel, point)
  await askEach(stage, channel, 'our own commitment', [commitmentJob(terms, commitment)])
  await askPreimage(stage, invoice)
  await askEach(stage, channel, 'second stage', htlcJobs(terms, commitment))
  const address = l1Address(stage.pairing, 0, 6)
  const sweeps = delayedOutputs(channel, commitment).map((spent) =>
    delayedSweep(terms, commitment, spent, address),
  )
  await askEach(stage, channel, 'sweep', sweeps)
}

/** We close an anchor channel alone: coins of the wallet pay for commitment and second stages. */
async function closeAloneWithAnchors(stage: Stage): Promise<void> {
  const { channel, invoice } = await busy(stage, 'anchors')
  const { terms } = channel
  const { point } = await askPoint(stage, terms, channel.number)
  const commitment = ours(stage, channel, point)
  await askEach(stage, channel, 'our own commitment', [commitmentJob(terms, commitment)])
  await bump(stage, channel, commitment)
  const { id } = stage.context.node
  const change = p2wpkh(l1Address(stage.pairing, 1, 3).publicKey)
  await askPreimage(stage, invoice)
  for (const [i, second] of htlcJobs(terms, commitment).entries()) {
    const [paid] = spending(
      stage,
      [coin(stage, 1, 60_000n, `second/${i}`)],
      [output(59_000n, change)],
    )
    if (paid === undefined) throw new TypeError('"coins" expected one')
    const transaction = {
      ...second.transaction,
      inputs: [...second.transaction.inputs, ...paid.transaction.inputs],
      outputs: [...second.transaction.outputs, ...paid.transaction.outputs],
    }
    await askEach(stage, channel, 'second stage', [{ ...second, transaction }])
    const job = { ...paid, transaction, inputIndex: 1 }
    await askSignatures(stage, id, 'coin of the second stage', [job])
  }
}

/** The other side has published its commitment: our output, and the payments in it. */
async function claimFromTheirs(stage: Stage, type: CommitmentType, asPsbt: boolean): Promise<void> {
  const { channel, invoice } = await busy(stage, type)
  const { terms, number } = channel
  const commitment = theirs(stage, channel, { number })
  const address = l1Address(stage.pairing, 0, 5)
  const sweeps = outputsOf(commitment, 'to-remote').map((spent) => {
    const { psbt, ...draft } = toRemoteSweep(terms, commitment, spent, address)
    return asPsbt && psbt ? { ...draft, psbt } : draft
  })
  await askEach(stage, channel, 'sweep of our output', sweeps)
  await askPreimage(stage, invoice)
  const txid = transactionId(commitment.transaction)
  const destination = p2wpkh(destinationAddress(stage.pairing, 0).publicKey)
  const outputs = outputsOf(commitment, 'htlc')
  const claims = htlcJobs(terms, commitment).map((second, i): JobDraft => {
    const expiry = outputs[i]?.htlc.direction === 'received' ? outputs[i].htlc.cltvExpiry : 0
    const input = { txid, vout: outputs[i]?.vout ?? 0, ...(type === 'anchors' && { sequence: 1 }) }
    const paid = { value: sats(second.amount - 400n), scriptPubKey: destination }
    const transaction = unsigned({ inputs: [input], outputs: [paid], locktime: expiry })
    return { ...second, transaction, sighash: 'all' }
  })
  await askEach(stage, channel, 'claim of a payment', claims)
}

/** The other side has published a revoked commitment: everything in it, in ever dearer batches. */
async function punish(stage: Stage, type: CommitmentType): Promise<void> {
  const { channel } = await busy(stage, type)
  const { terms, number } = channel
  const revoked = theirs(stage, channel, { number })
  await exchange(stage, channel, 'counterparty', channel.balances)
  const jobs = justiceJobs(stage.secp256k1, terms, revoked, destinationAddress(stage.pairing, 0))
  await askSignatures(stage, terms.channelId, 'justice', jobs)
  const dearer = jobs.map((job) => ({
    ...job,
    transaction: dearerBy(job.transaction, sats(2_000n)),
  }))
  await askSignatures(stage, terms.channelId, 'justice, dearer', dearer)
  const own = outputsOf(revoked, 'to-remote').map((spent) =>
    toRemoteSweep(terms, revoked, spent, l1Address(stage.pairing, 0, 5)),
  )
  await askEach(stage, channel, 'sweep of our output', own)
}

function dearerBy(transaction: Transaction, more: Sats): Transaction {
  const outputs = transaction.outputs.map(({ value, scriptPubKey }) => ({
    value: sats(value - more),
    scriptPubKey,
  }))
  return { ...transaction, outputs }
}

/** The counterparty's HTLC transaction of a revoked commitment: its output is ours too. */
async function punishSecondStage(stage: Stage): Promise<void> {
  const { channel } = await busy(stage, 'static-remotekey')
  const { terms, number } = channel
  const revoked = theirs(stage, channel, { number })
  await exchange(stage, channel, 'counterparty', channel.balances)
  const tweaks = justiceTweaks(
    stage.secp256k1,
    terms.counterparty.secret(number),
    terms.holder.revocation,
  )
  const address = destinationAddress(stage.pairing, 0)
  const jobs = delayedOutputs(channel, revoked).map(({ transaction, vout, script }): JobDraft => {
    const value = transaction.outputs[vout]?.value ?? sats(0n)
    return {
      ...tweaks,
      path: channelPath(terms, 1),
      publicKey: terms.holder.revocation,
      transaction: unsigned({
        inputs: [{ txid: transactionId(transaction), vout }],
        outputs: [output(value - 300n, p2wpkh(address.publicKey))],
      }),
      inputIndex: 0,
      script,
      amount: value,
      destinationPath: address.path,
    }
  })
  await askEach(stage, channel, 'justice on a second stage', jobs)
}

/** The anchor of ours in a commitment, and a coin of the wallet that pays for it. */
async function bump(stage: Stage, channel: LiveChannel, commitment: SideCommitment): Promise<void> {
  const { terms } = channel
  const script = buildAnchor(terms.holder.funding)
  const paysUs = Buffer.from(p2wsh(script))
  const [anchor] = outputsOf(commitment, 'anchor').filter((each) =>
    paysUs.equals(each.scriptPubKey),
  )
  const change = p2wpkh(l1Address(stage.pairing, 1, 3).publicKey)
  const [paid] = spending(stage, [coin(stage, 1, 400_000n, 'bump')], [output(395_000n, change)])
  if (anchor === undefined || paid === undefined) throw new TypeError('"anchor" expected ours')
  const txid = transactionId(commitment.transaction)
  const first = unsigned({ inputs: [{ txid, vout: anchor.vout }], outputs: [] }).inputs
  const transaction = { ...paid.transaction, inputs: [...first, ...paid.transaction.inputs] }
  const job: JobDraft = {
    path: channelPath(terms, 0),
    publicKey: terms.holder.funding,
    transaction,
    inputIndex: 0,
    script,
    amount: anchor.value,
  }
  await askEach(stage, channel, 'anchor', [job])
  const coinJob = { ...paid, transaction, inputIndex: 1 }
  await askSignatures(stage, stage.context.node.id, 'coin of the bump', [coinJob])
}

/** The other side has published its commitment, which does not confirm. */
async function bumpTheirs(stage: Stage): Promise<void> {
  const { channel } = await busy(stage, 'anchors')
  await bump(stage, channel, theirs(stage, channel, { number: channel.number }))
}

/** Ways in which channels end. */
export const endings: readonly Sequence[] = [
  {
    name: 'close-in-fee-steps',
    story: 'A cooperative close of a channel of ours, in three fee steps.',
    play: (stage) => close(stage, { opener: 'holder', holderSats: 700_000n }, [1_000n, 800n, 900n]),
  },
  {
    name: 'close-of-their-channel',
    story: 'A cooperative close of a channel that the other side pays the fee of, asked for twice.',
    play: (stage) => close(stage, {}, [500n, 500n, 900n]),
  },
  {
    name: 'close-with-anchors',
    story: 'A cooperative close of an anchor channel.',
    play: (stage) => close(stage, { type: 'anchors' }, [700n]),
  },
  {
    name: 'close-with-all-ours',
    story: 'A cooperative close in which the other side has nothing.',
    play: (stage) => close(stage, { opener: 'holder' }, [600n]),
  },
  {
    name: 'close-with-nothing-ours',
    story: 'A cooperative close in which we have nothing.',
    play: (stage) => close(stage, { holderSats: 0n }, [600n]),
  },
  {
    name: 'close-with-dust-of-ours',
    story: 'A cooperative close in which what we have is too little for an output.',
    play: (stage) => close(stage, { holderSats: 300n }, [600n]),
  },
  {
    name: 'close-alone',
    story: 'A force close of ours with payments under way, their second stages, and all sweeps.',
    play: closeAlone,
  },
  {
    name: 'close-alone-with-anchors',
    story: 'The same on an anchor channel, where coins of the wallet pay for confirmation.',
    play: closeAloneWithAnchors,
  },
  {
    name: 'claims-from-their-commitment',
    story: "Our output and the payments of the counterparty's commitment, as raw transactions.",
    play: (stage) => claimFromTheirs(stage, 'static-remotekey', false),
  },
  {
    name: 'claims-from-their-commitment-as-psbt',
    story: 'The same on an anchor channel, our output as a PSBT.',
    play: (stage) => claimFromTheirs(stage, 'anchors', true),
  },
  {
    name: 'justice',
    story: 'A revoked commitment is punished in one transaction, and in a dearer one.',
    play: (stage) => punish(stage, 'static-remotekey'),
  },
  {
    name: 'justice-with-anchors',
    story: 'The same on an anchor channel.',
    play: (stage) => punish(stage, 'anchors'),
  },
  {
    name: 'justice-on-a-second-stage',
    story:
      'The other side has moved on from its revoked commitment: its HTLC transaction is punished.',
    play: punishSecondStage,
  },
  {
    name: 'bump-of-their-commitment',
    story: "A coin of the wallet pays for the confirmation of the counterparty's commitment.",
    play: bumpTheirs,
  },
]
