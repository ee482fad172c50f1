import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import type { Htlc } from '../../channel/commitment.ts'
import { createTerms } from '../../channel/terms.ts'
import { askCommitment, exchange } from '../../walk/asks/exchange.ts'
import { askSignatures } from '../../walk/asks/signing-asks.ts'
import { l1Address } from '../../walk/player.ts'
import type { Sequence } from '../stage/attack.ts'
import { agreed, htlc, live, withHtlcs } from '../stage/channels.ts'
import { output } from '../stage/forge.ts'
import { coldStorage } from '../stage/owner-limits.ts'
import type { Stage } from '../stage/stage.ts'
import { coin, consolidation, spending, walletFee } from '../stage/wallet.ts'
import { failed, fulfilled } from './payments.ts'

/** A withdrawal to the owner's cold storage, with change, leaving that much to miners. */
function withdrawal(stage: Stage, sats: bigint, fee = walletFee) {
  const change = l1Address(stage.pairing, 1, 4)
  const rest = output(500_000n - sats - fee, p2wpkh(change.publicKey))
  return spending(stage, [coin(stage, 1, 500_000n)], [output(sats, coldStorage), rest], change.path)
}

function announcePayment(stage: Stage, { paymentHash }: Htlc, maxAmountSats: bigint) {
  return stage.owner.announce({ kind: 'payment', paymentHash: toHex(paymentHash), maxAmountSats })
}

/** What the wallet pays, and what the owner announces. */
export const announcements: readonly Sequence[] = [
  {
    name: 'wallet-with-several-inputs',
    story: 'Four coins are put together into one, asked for together and once more one by one.',
    play: async (stage) => {
      const coins = [1, 2, 3, 4].map((index) => coin(stage, index, 200_000n))
      const drafts = consolidation(stage, coins)
      const { id } = stage.context.node
      await askSignatures(stage, id, 'all four', drafts)
      await askSignatures(stage, id, 'all four again', drafts)
    },
  },
  {
    name: 'withdrawal-announced',
    story: 'The owner announces a withdrawal, the platform asks for it, twice.',
    policy: 'intents',
    play: async (stage) => {
      const script = toHex(coldStorage)
      await stage.owner.announce({ kind: 'withdrawal', script, amountSats: 120_000n })
      const drafts = withdrawal(stage, 120_000n)
      const { id } = stage.context.node
      await askSignatures(stage, id, 'the withdrawal', drafts)
      await askSignatures(stage, id, 'the withdrawal again', drafts)
    },
  },
  {
    name: 'payment-announced',
    story:
      'The owner announces a payment, the platform makes it; it fails once and is tried again.',
    policy: 'intents',
    play: async (stage) => {
      const paid = htlc(stage, 'holder', 20_000n)
      await announcePayment(stage, paid, 20_000n)
      const channel = await live(stage)
      const { balances } = channel
      const under = withHtlcs(balances, paid)
      let at = await exchange(stage, channel, 'holder', under)
      at = await exchange(stage, at, 'counterparty', balances)
      at = await exchange(stage, at, 'holder', under)
      const counterpartyMsat = under.counterpartyMsat + paid.amountMsat
      await exchange(stage, at, 'counterparty', { ...under, counterpartyMsat, htlcs: [] })
    },
  },
  {
    name: 'withdrawal-announced-and-made-dearer',
    story:
      'An announced withdrawal does not confirm: the same coin is spent again with a higher fee.',
    policy: 'intents',
    play: async (stage) => {
      const script = toHex(coldStorage)
      await stage.owner.announce({ kind: 'withdrawal', script, amountSats: 110_000n })
      const { id } = stage.context.node
      await askSignatures(stage, id, 'the withdrawal', withdrawal(stage, 110_000n))
      await askSignatures(stage, id, 'the same, dearer', withdrawal(stage, 110_000n, 2_000n))
    },
  },
  {
    name: 'payment-announced-in-parts',
    story: 'An announced payment goes out in two parts on two channels.',
    policy: 'intents',
    play: async (stage) => {
      const parts = [htlc(stage, 'holder', 25_000n), htlc(stage, 'holder', 15_000n)]
      for (const part of parts.slice(0, 1)) await announcePayment(stage, part, 40_000n)
      for (const part of parts) {
        const channel = await live(stage)
        const under = withHtlcs(channel.balances, part)
        const offered = await exchange(stage, channel, 'holder', under)
        await exchange(stage, offered, 'counterparty', fulfilled(under, part))
      }
    },
  },
  {
    name: 'payment-announced-on-another-way',
    story:
      'An announced payment fails on one channel, on which we pay the fees, and goes out on another.',
    policy: 'intents',
    play: async (stage) => {
      const paid = htlc(stage, 'holder', 35_000n)
      await announcePayment(stage, paid, 35_000n)
      const first = await live(stage, { opener: 'holder' })
      const under = withHtlcs(first.balances, paid)
      const offered = await exchange(stage, first, 'holder', under)
      await exchange(stage, offered, 'counterparty', failed(under, paid))
      const second = await live(stage)
      await exchange(stage, second, 'holder', withHtlcs(second.balances, paid))
    },
  },
  {
    name: 'two-channels-funded-at-once',
    story: 'One L1 transaction funds two channels, both with their first commitment.',
    play: async (stage) => {
      const [a, b] = [
        await agreed(stage, { opener: 'holder' }),
        await agreed(stage, { opener: 'holder', type: 'anchors', capacitySats: 700_000n }),
      ]
      const change = l1Address(stage.pairing, 1, 0)
      const outputs = [
        output(1_000_000n, p2wsh(a.terms.fundingScript)),
        output(700_000n, p2wsh(b.terms.fundingScript)),
        output(299_000n, p2wpkh(change.publicKey)),
      ]
      const drafts = spending(stage, [coin(stage, 3, 2_000_000n)], outputs, change.path)
      const [draft] = drafts
      if (draft === undefined) throw new TypeError('"coins" expected one')
      const txid = transactionId(draft.transaction)
      for (const [vout, { terms, number, balances }] of [a, b].entries()) {
        await askCommitment(
          stage,
          createTerms({ ...terms, funding: { txid, vout } }),
          number,
          balances,
        )
      }
      await askSignatures(stage, stage.context.node.id, 'the funding of both', drafts)
    },
  },
]
