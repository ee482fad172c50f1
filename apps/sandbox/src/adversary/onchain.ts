import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { type TxOut, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { anchorValue, buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { commitmentNumber } from '@boltwarden/core/units'
import { commitmentJob, outputsOf } from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { unsigned } from '../channel/spending.ts'
import { channelPath, createTerms } from '../channel/terms.ts'
import { askPoint } from '../walk/asks/commitment-asks.ts'
import { askCommitment } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { agreed, fundingDraft, live, ours, theirs } from './stage/channels.ts'
import { output, redirected, thiefScript } from './stage/forge.ts'
import { signing } from './stage/requests.ts'
import { type Stage, thiefKey, txidOf } from './stage/stage.ts'
import { all, any, signed } from './stage/target.ts'
import { type Coin, coin, consolidation, spending, walletFee } from './stage/wallet.ts'

const unknown = ['policy-onchain-no-unknown-outputs']
const prize = 'a signature that spends a coin of the wallet to the thief'
const million = 1_000_000n

/** A payment of one coin of the wallet; afterwards the wallet can still pay itself. */
function forgedPayment(
  words: Pick<Attack, 'name' | 'story'> & Partial<Pick<Attack, 'prize' | 'expectedTags'>>,
  pay: (
    stage: Stage,
    spent: Coin,
  ) => { readonly outputs: readonly TxOut[]; readonly path?: string },
): Attack {
  return {
    prize,
    expectedTags: unknown,
    ...words,
    play: async (stage) => {
      const spent = coin(stage, 1, million)
      const { outputs, path } = pay(stage, spent)
      const drafts = spending(stage, [spent], outputs, path)
      const { id } = stage.context.node
      return {
        requests: [signing(stage, id, drafts)],
        target: any(...drafts.map((each) => signed(each))),
        goOn: () => askSignatures(stage, id, 'a payment to itself', consolidation(stage, [spent])),
      }
    },
  }
}

/** A channel of ours with its first commitment, and an L1 transaction that does not fit it. */
function forgedFunding(
  words: Pick<Attack, 'name' | 'story' | 'prize'>,
  outputsOf: (honest: JobDraft, fundingScript: Uint8Array) => readonly TxOut[],
): Attack {
  return {
    ...words,
    expectedTags: ['policy-onchain-output-match-commitment', ...unknown],
    play: async (stage) => {
      const { terms, balances } = await agreed(stage, { opener: 'holder' })
      const honest = fundingDraft(stage, terms)
      const forged = redirected(honest, outputsOf(honest, p2wsh(terms.fundingScript)))
      const funding = { txid: transactionId(forged.transaction), vout: 0 }
      await askCommitment(stage, createTerms({ ...terms, funding }), commitmentNumber(0), balances)
      const { id } = stage.context.node
      return {
        requests: [signing(stage, id, [forged])],
        target: signed(forged),
        goOn: () =>
          askSignatures(
            stage,
            id,
            'a payment to itself',
            consolidation(stage, [coin(stage, 1, million)]),
          ),
      }
    },
  }
}

export const onchain: readonly Attack[] = [
  forgedPayment(
    { name: 'wallet-drained', story: 'A coin of the wallet goes to the thief.' },
    (stage, spent) => ({ outputs: [output(spent.value - walletFee, thiefScript(stage))] }),
  ),
  forgedPayment(
    {
      name: 'wallet-drained-behind-a-path',
      story: 'The job names a change path of the wallet; the transaction pays the thief.',
    },
    (stage, spent) => ({
      outputs: [output(spent.value - walletFee, thiefScript(stage))],
      path: l1Address(stage.pairing, 1, 2).path,
    }),
  ),
  forgedPayment(
    {
      name: 'change-of-a-look-alike',
      story:
        'A little goes back to the change address that is named, nearly all to the thief beside it.',
    },
    (stage, spent) => {
      const change = l1Address(stage.pairing, 1, 2)
      const rest = output(spent.value - 1_000n - walletFee, thiefScript(stage))
      return { outputs: [output(1_000n, p2wpkh(change.publicKey)), rest], path: change.path }
    },
  ),
  forgedPayment(
    {
      name: 'change-out-of-reach',
      story:
        'The change goes to a wallet address of index 2 billion, which no wallet would look at.',
      expectedTags: ['policy-onchain-wallet-path-predictable', ...unknown],
      prize: 'a signature that sends a coin where nobody finds it again',
    },
    (stage, spent) => {
      const { path, publicKey } = l1Address(stage.pairing, 1, 2_000_000_000)
      return { outputs: [output(spent.value - walletFee, p2wpkh(publicKey))], path }
    },
  ),
  forgedPayment(
    {
      name: 'wallet-burnt-as-fee',
      story: 'The payment goes to ourselves, with a fee of nearly everything.',
      expectedTags: ['policy-onchain-fee-range'],
      prize: 'a signature that gives a coin of the wallet to miners',
    },
    (stage) => {
      const { path, publicKey } = l1Address(stage.pairing, 1, 2)
      return { outputs: [output(1_000n, p2wpkh(publicKey))], path }
    },
  ),
  forgedPayment(
    {
      name: 'wallet-burnt-in-data',
      story: 'The value of a coin is put into an OP_RETURN output, where nobody can ever spend it.',
      prize: 'a signature that destroys a coin of the wallet',
    },
    (_stage, spent) => ({
      outputs: [output(spent.value - walletFee, Uint8Array.of(0x6a, 0x04, 1, 2, 3, 4))],
    }),
  ),
  forgedPayment(
    {
      name: 'wallet-to-a-foreign-2-of-2',
      story: "A coin funds a 2-of-2 of the thief's two keys, as if it were a channel.",
      expectedTags: [
        ...unknown,
        'policy-lightspark-unlinked-funding',
        'policy-onchain-output-scriptpubkey',
      ],
    },
    (stage, spent) => {
      const script = buildFunding(thiefKey(stage), l1Address(stage.pairing, 0, 9).publicKey)
      return { outputs: [output(spent.value - walletFee, p2wsh(script))] }
    },
  ),
  {
    name: 'funding-without-a-commitment',
    story: 'A channel of ours is funded before its first commitment, which might never come.',
    expectedTags: [
      'policy-onchain-output-match-commitment',
      'policy-lightspark-unlinked-funding',
      ...unknown,
    ],
    prize: 'the funding signature of a channel that the other side may hold to ransom',
    play: async (stage) => {
      const channel = await agreed(stage, { opener: 'holder' })
      const { terms, number, balances } = channel
      const draft = fundingDraft(stage, terms)
      const { id } = stage.context.node
      return {
        requests: [signing(stage, id, [draft])],
        target: signed(draft),
        goOn: async () => {
          await askCommitment(stage, terms, number, balances)
          await askSignatures(stage, id, 'the funding in its order', [draft])
        },
      }
    },
  },
  forgedFunding(
    {
      name: 'funding-paid-twice',
      story: 'The funding transaction pays the channel a second time, beside its first output.',
      prize: 'a signature that puts a coin where only the other side can let it go',
    },
    ({ transaction }, script) => [
      ...transaction.outputs.slice(0, 1),
      output(million, script),
      ...transaction.outputs
        .slice(1)
        .map(({ value, scriptPubKey }) => output(value - million, scriptPubKey)),
    ],
  ),
  forgedFunding(
    {
      name: 'funding-of-another-amount',
      story:
        'The funding transaction pays twice what the first commitment spends, which is void then.',
      prize: 'a signature that puts a coin where only the other side can let it go',
    },
    ({ transaction }, script) => [
      output(2n * million, script),
      ...transaction.outputs
        .slice(1)
        .map(({ value, scriptPubKey }) => output(value - million, scriptPubKey)),
    ],
  ),
  {
    name: 'inputs-shown-one-by-one',
    story:
      'Three coins pay for one: each job alone shows a fair fee, all together burn two thirds.',
    expectedTags: ['policy-onchain-fee-range', ...unknown],
    prize: 'three signatures that give two coins of the wallet to miners',
    play: async (stage) => {
      const coins = [1, 2, 3].map((index) => coin(stage, index, million))
      const change = l1Address(stage.pairing, 1, 2)
      const outputs = [output(million - walletFee, p2wpkh(change.publicKey))]
      const drafts = spending(stage, coins, outputs, change.path)
      const { id } = stage.context.node
      return {
        requests: drafts.map((each) => signing(stage, id, [each])),
        target: all(...drafts.map((each) => signed(each))),
        goOn: () => askSignatures(stage, id, 'a payment to itself', consolidation(stage, coins)),
      }
    },
  },
  {
    name: 'one-input-of-three-understated',
    story:
      'Three coins are asked for together, one of them with another amount than its digest has.',
    expectedTags: ['policy-lightspark-sighash'],
    prize: 'a signature over an amount that was not shown',
    play: async (stage) => {
      const coins = [1, 2, 3].map((index) => coin(stage, index, million))
      const change = l1Address(stage.pairing, 1, 2)
      const outputs = [output(2n * million, p2wpkh(change.publicKey))]
      const drafts = spending(stage, coins, outputs, change.path)
      const { id } = stage.context.node
      const request = signing(stage, id, drafts, (wire, at) =>
        at === 2 ? { ...wire, amount: 600 } : wire,
      )
      return {
        requests: [request],
        target: any(...drafts.map((each) => signed(each))),
        goOn: () => askSignatures(stage, id, 'a payment to itself', consolidation(stage, coins)),
      }
    },
  },
  {
    name: 'anchor-to-the-thief',
    story: "Our anchor is spent beside a coin of the thief's, to the thief.",
    expectedTags: ['policy-sweep-destination-allowlisted', ...unknown],
    prize: 'a signature of the funding key that spends our anchor to the thief',
    play: async (stage) => {
      const channel = await live(stage, { type: 'anchors' })
      const { terms, number } = channel
      const commitment = theirs(stage, channel, { number })
      const script = buildAnchor(terms.holder.funding)
      const paysUs = Buffer.from(p2wsh(script))
      const anchor = outputsOf(commitment, 'anchor').find((each) =>
        paysUs.equals(each.scriptPubKey),
      )
      const inputs = [
        { txid: transactionId(commitment.transaction), vout: anchor?.vout ?? 0 },
        { txid: txidOf(stage, 'coin of the thief'), vout: 0 },
      ]
      const bump = (destination: Uint8Array): JobDraft => ({
        path: channelPath(terms, 0),
        publicKey: terms.holder.funding,
        transaction: unsigned({ inputs, outputs: [output(100_000n, destination)] }),
        inputIndex: 0,
        script,
        amount: anchorValue,
      })
      const [forged, honest] = [
        bump(thiefScript(stage)),
        bump(p2wpkh(l1Address(stage.pairing, 1, 3).publicKey)),
      ]
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () => askSignatures(stage, terms.channelId, 'an honest bump', [honest]),
      }
    },
  },
  {
    name: 'anchor-bump-to-the-thief',
    story:
      'A coin of the wallet is to pay for the confirmation of our commitment; its change goes to the thief.',
    expectedTags: unknown,
    prize,
    play: async (stage) => {
      const channel = await live(stage, { type: 'anchors' })
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const commitment = ours(stage, channel, point)
      await askSignatures(stage, terms.channelId, 'our own commitment', [
        commitmentJob(terms, commitment),
      ])
      const script = Buffer.from(p2wsh(buildAnchor(terms.holder.funding)))
      const anchor = outputsOf(commitment, 'anchor').find((each) =>
        script.equals(each.scriptPubKey),
      )
      const spent = coin(stage, 1, 500_000n)
      const bump = (destination: Uint8Array) =>
        spending(stage, [spent], [output(495_000n, destination)]).map((draft) => ({
          ...draft,
          transaction: {
            ...draft.transaction,
            inputs: [
              ...draft.transaction.inputs,
              ...draft.transaction.inputs.map((input) => ({
                ...input,
                txid: transactionId(commitment.transaction),
                vout: anchor?.vout ?? 0,
              })),
            ],
          },
        }))
      const forged = bump(thiefScript(stage))
      const honest = bump(p2wpkh(l1Address(stage.pairing, 1, 3).publicKey))
      const { id } = stage.context.node
      return {
        requests: [signing(stage, id, forged)],
        target: any(...forged.map((each) => signed(each))),
        goOn: () => askSignatures(stage, id, 'an honest bump', honest),
      }
    },
  },
]
