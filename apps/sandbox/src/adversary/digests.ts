import { createPsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import { digest } from '@boltwarden/core/bytes'
import { toRemoteSweep } from '../channel/claims.ts'
import { commitmentJob, htlcJobs, outputsOf } from '../channel/commitment.ts'
import { digestOf } from '../channel/job.ts'
import { type SighashName, sighashFlags, sighashOf } from '../verify/sighash.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { goOn, htlc, live, theirs, withHtlcs } from './stage/channels.ts'
import {
  output,
  redirected,
  theftOf,
  thiefScript,
  withMessage,
  withSighash,
} from './stage/forge.ts'
import { signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { signed } from './stage/target.ts'
import { coin, consolidation } from './stage/wallet.ts'

const sighash = ['policy-lightspark-sighash']

/** Shows an honest commitment and asks for the digest of the theft; `forge` changes the job too. */
function showsAnother(name: string, story: string, forge?: Parameters<typeof signing>[3]): Attack {
  return {
    name,
    story,
    expectedTags: sighash,
    prize: 'the signature of a close that pays everything to the thief',
    play: async (stage) => {
      const channel = await live(stage)
      const { channelId } = channel.terms
      const stolen = theftOf(stage, channel)
      const shown = commitmentJob(channel.terms, theirs(stage, channel))
      const forged = withMessage(shown, digestOf(stolen))
      return {
        requests: [signing(stage, channelId, [forged], forge)],
        target: signed(stolen),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** An honest commitment, signed in a way that leaves part of it open. */
function openCommitment(name: SighashName, story: string): Attack {
  return {
    name: `commitment-signed-${name}`,
    story,
    expectedTags: sighash,
    prize: `a signature of the funding key with type 0x${sighashFlags[name].toString(16)}`,
    play: async (stage) => {
      const channel = await live(stage)
      const draft = commitmentJob(channel.terms, theirs(stage, channel))
      return {
        requests: [signing(stage, channel.terms.channelId, [withSighash(draft, name)])],
        target: signed(draft, name),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** The holder's output of the counterparty's commitment, and the honest sweep of it. */
async function sweepable(stage: Stage) {
  const channel = await live(stage)
  const { terms, number } = channel
  const commitment = theirs(stage, channel, { number })
  const [spent] = outputsOf(commitment, 'to-remote')
  if (spent === undefined) throw new TypeError('"commitment" expected a to_remote output')
  const honest = toRemoteSweep(terms, commitment, spent, l1Address(stage.pairing, 0, 5))
  const goOn = () => askSignatures(stage, terms.channelId, 'the honest sweep', [honest])
  return { honest, witnessUtxo: spent, channelId: terms.channelId, goOn }
}

export const digests: readonly Attack[] = [
  showsAnother(
    'digest-of-another-transaction',
    "A job shows the counterparty's next commitment, but its digest is that of a close to the thief.",
  ),
  showsAnother(
    'digest-alone',
    'A job shows nothing at all, only the digest of a theft.',
    (wire) => ({
      ...wire,
      transaction: null,
      script: null,
      amount: null,
    }),
  ),
  showsAnother(
    'digest-without-script',
    'A job leaves out the script, so that its digest cannot be recomputed.',
    (wire) => ({
      ...wire,
      script: null,
    }),
  ),
  showsAnother(
    'digest-without-amount',
    'A job leaves out the amount, so that its digest cannot be recomputed.',
    (wire) => ({
      ...wire,
      amount: null,
    }),
  ),
  showsAnother(
    'digest-not-raw',
    'A job claims by is_raw that its message is yet to be hashed, to keep the digest from being compared.',
    (wire) => ({
      ...wire,
      is_raw: false,
    }),
  ),
  openCommitment(
    'none',
    'A commitment is to be signed so that whoever has the signature chooses its outputs.',
  ),
  openCommitment(
    'single',
    'A commitment is to be signed for its first output only: the others can be changed.',
  ),
  openCommitment('all-anyonecanpay', 'A commitment is to be signed for any set of inputs.'),
  openCommitment(
    'none-anyonecanpay',
    'A commitment is to be signed for its own input only: outputs and other inputs are open.',
  ),
  openCommitment(
    'single-anyonecanpay',
    'The type that anchor channels have for HTLC transactions is asked of the funding key.',
  ),
  {
    name: 'wallet-signed-single-anyonecanpay',
    story: 'A wallet input is to be signed for one output only, so that the thief adds the rest.',
    expectedTags: sighash,
    prize: 'a signature of a wallet key with type 0x83',
    play: async (stage) => {
      const [draft] = consolidation(stage, [coin(stage, 1, 1_000_000n)])
      if (draft === undefined) throw new TypeError('"coins" expected one')
      const { id } = stage.context.node
      return {
        requests: [signing(stage, id, [withSighash(draft, 'single-anyonecanpay')])],
        target: signed(draft, 'single-anyonecanpay'),
        goOn: () => askSignatures(stage, id, 'the honest payment', [draft]),
      }
    },
  },
  {
    name: 'htlc-signed-single-anyonecanpay',
    story:
      'On a channel without anchors an HTLC transaction is to be signed for its own output only.',
    expectedTags: sighash,
    prize: 'a signature of the HTLC key with type 0x83',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 50_000n))
      const commitment = theirs(stage, channel, { balances })
      const second = htlcJobs(terms, commitment)
      const open = second.map((draft) => withSighash(draft, 'single-anyonecanpay'))
      const [draft] = second
      if (draft === undefined) throw new TypeError('"commitment" expected an HTLC')
      return {
        requests: [signing(stage, terms.channelId, [commitmentJob(terms, commitment), ...open])],
        target: signed(draft, 'single-anyonecanpay'),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'psbt-shows-another-transaction',
    story: 'A PSBT shows a sweep to the wallet; the digest is that of a sweep to the thief.',
    expectedTags: sighash,
    prize: "the signature of a sweep to the thief's address",
    play: async (stage) => {
      const { honest, channelId, goOn } = await sweepable(stage)
      const stolen = redirected(honest, [output(honest.amount - 250n, thiefScript(stage))])
      const forged = withMessage(honest, digestOf(stolen))
      return { requests: [signing(stage, channelId, [forged])], target: signed(stolen), goOn }
    },
  },
  {
    name: 'psbt-understates-what-it-spends',
    story:
      'A PSBT says that it spends 1,000 sat, the job says 300,000: what is between goes to miners.',
    expectedTags: ['policy-lightspark-sighash', 'policy-sweep-fee-range'],
    prize: 'a signature that gives nearly everything to miners',
    play: async (stage) => {
      const { honest, witnessUtxo, channelId, goOn } = await sweepable(stage)
      const { scriptPubKey } = honest.transaction.outputs[0] ?? witnessUtxo
      const burnt = redirected(honest, [output(750n, scriptPubKey)])
      const small = { witnessUtxo: output(1_000n, witnessUtxo.scriptPubKey) }
      const psbt = serialisePsbt(createPsbt(burnt.transaction, [small]))
      return {
        requests: [signing(stage, channelId, [{ ...burnt, psbt }])],
        target: signed(burnt),
        goOn,
      }
    },
  },
  {
    name: 'psbt-names-another-sighash',
    story:
      'A PSBT asks for a signature that leaves the outputs open, and the digest agrees with it.',
    expectedTags: sighash,
    prize: 'a signature of the payment key with type 0x02',
    play: async (stage) => {
      const { honest, witnessUtxo, channelId, goOn } = await sweepable(stage)
      const fields = { witnessUtxo, sighashType: sighashFlags.none }
      const psbt = serialisePsbt(createPsbt(honest.transaction, [fields]))
      const forged = withMessage({ ...honest, psbt }, digest(sighashOf(honest, 'none')))
      return {
        requests: [signing(stage, channelId, [forged])],
        target: signed(honest, 'none'),
        goOn,
      }
    },
  },
]
