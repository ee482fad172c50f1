import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { txid } from '@boltwarden/core/bytes'
import { describe, expect, test } from 'vitest'
import type { Chain } from '../../src/chain/chain.ts'
import type { ChannelView } from '../../src/lightning/node/channel-view.ts'
import { boltwardenKit } from './kit.ts'

/** The transaction that ended a channel. */
function commitmentOn(chain: Chain, funding: ChannelView['funding']): Transaction {
  const spend = funding && chain.spend({ txid: txid(funding.txid), vout: funding.vout })
  if (spend === undefined) throw new TypeError('the channel is not closed')
  return spend.spender.transaction
}

/** Whether a block spends the output of that value. */
function isSpent(chain: Chain, transaction: Transaction, value: bigint): boolean {
  const vout = transaction.outputs.findIndex((output) => output.value === value)
  const spend = chain.spend({ txid: transactionId(transaction), vout })
  return spend?.spender.confirmation !== undefined
}

describe.each(commitmentTypes)('with %s', (kind) => {
  const { stage, refusals, asked } = boltwardenKit()

  test('a payment is forwarded through us', async () => {
    const play = await stage()
    const carol = await play.addPeer('carol')
    await play.connect(carol, play.alice())
    await play.open(carol, play.alice(), { kind })
    await play.open(play.alice(), play.bob, { kind })
    expect(await play.pay(carol, play.bob, 50_000_000n)).toMatchObject({ state: 'sent' })
    expect(refusals()).toEqual([])
  })

  test('the peer cheats while we are away, and takes HTLCs to the second stage', async () => {
    const play = await stage()
    const { bob } = play
    const channel = await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    bob.received.hold()
    play.alice().received.hold()
    play.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
    bob.send(await play.alice().createInvoice({ amountMsat: 40_000_000n }))
    await play.until('their arrival', () =>
      bob.received.arrived().length + play.alice().received.arrived().length === 2
        ? true
        : undefined,
    )
    await play.settle()
    const old = bob.save()
    play.alice().received.release()
    bob.received.release()
    await play.settle()
    const away = play.stopAlice()
    play.restartBob(old)
    await play.forceClose(play.bob, channel.id)
    await play.mine(1)
    const cheat = commitmentOn(play.chain, channel.funding)
    // The payment that bob offered in the old state times out: he takes it back.
    await play.mineUntil('his second stage', () => isSpent(play.chain, cheat, 40_000n), 130)
    play.restartAlice(away)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect(asked().has('1')).toBe(true)
    expect(refusals()).toEqual([])
    const paid = 10_000_000n - play.alice().wallet.balance()
    expect(paid).toBeGreaterThan(0n)
    // LDK bids more every 15 blocks, and catches up with all of them at once.
    expect(paid).toBeLessThan(90_000n)
    expect(play.bob.wallet.balance()).toBeLessThanOrEqual(10_000_000n)
  })

  test('sweeps show their transaction raw', async () => {
    const play = await stage({ sweepForm: 'raw' })
    const channel = await play.open(play.alice(), play.bob, { kind, pushMsat: 400_000_000n })
    await play.forceClose(play.alice(), channel.id)
    await play.mine(2)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect(asked().has('3')).toBe(true)
    expect(refusals()).toEqual([])
    expect(play.alice().wallet.balance()).toBeGreaterThan(9_580_000n)
  })

  test('a reorganisation takes our force close back for a while', async () => {
    const play = await stage()
    const channel = await play.open(play.alice(), play.bob, { kind, pushMsat: 400_000_000n })
    await play.forceClose(play.alice(), channel.id)
    await play.mine(2)
    expect(play.chain.reorganise({ depth: 2 })).toMatchObject({ ok: true })
    await play.settle()
    await play.mine(2)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect(refusals()).toEqual([])
    expect(play.alice().wallet.balance()).toBeGreaterThan(9_580_000n)
  })
})
