import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { expect, test } from 'vitest'
import type { Stage } from '../../src/lightning/stage.ts'
import type { Kit } from './kit.ts'

/** A payment in each direction that has arrived and is not taken. */
async function holdPayments(play: Stage): Promise<void> {
  const { bob } = play
  bob.received.hold()
  play.alice().received.hold()
  play.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
  bob.send(await play.alice().createInvoice({ amountMsat: 40_000_000n }))
  await play.until('their arrival', () =>
    bob.received.arrived().length === 1 && play.alice().received.arrived().length === 1
      ? true
      : undefined,
  )
  await play.settle()
}

/** Ends channels on the chain. */
export function playEndsOnChain({ stage, asked, refusals }: Kit, kind: CommitmentType): void {
  test('we force-close: claims by preimage and by time, second stages, sweeps', async () => {
    const play = await stage()
    const { bob } = play
    const channel = await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    await holdPayments(play)
    await play.forceClose(play.alice(), channel.id)
    play.alice().received.release()
    await play.mine(2)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect([...asked()].sort()).toEqual(['0', '3', '4', 'l1'])
    expect(refusals()).toEqual([])
    // 600 000 were ours, 40 000 came, 30 000 came back when its time had passed.
    const paid = 10_000_000n - 1_000_000n + 600_000n + 40_000n - play.alice().wallet.balance()
    expect(paid).toBeGreaterThan(0n)
    expect(paid).toBeLessThan(20_000n)
  })

  test('the peer force-closes', async () => {
    const play = await stage()
    const { bob } = play
    const channel = await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    await holdPayments(play)
    await play.forceClose(bob, channel.id)
    play.alice().received.release()
    await play.mine(2)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect([...asked()].sort()).toEqual(['0', '2', '4', 'l1', 'm/1'])
    expect(refusals()).toEqual([])
    const paid = 10_000_000n - 1_000_000n + 600_000n + 40_000n - play.alice().wallet.balance()
    expect(paid).toBeGreaterThan(0n)
    expect(paid).toBeLessThan(20_000n)
  })

  test('the peer broadcasts a revoked state with HTLCs, and loses all', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    await holdPayments(play)
    const old = bob.save()
    play.alice().received.release()
    bob.received.release()
    await play.settle()
    expect(await play.pay(bob, play.alice(), 50_000_000n)).toMatchObject({ state: 'sent' })
    await play.disconnect(bob)
    for (const transaction of bob.oldCommitments(old)) {
      expect(play.chain.submit(transaction)).toMatchObject({ ok: true })
    }
    await play.mine(2)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect([...asked()].sort()).toEqual(['0', '1', '2', '4', 'l1', 'm/1'])
    expect(refusals()).toEqual([])
    // The whole channel is ours, less fees.
    const paid = 10_000_000n - play.alice().wallet.balance()
    expect(paid).toBeGreaterThan(0n)
    expect(paid).toBeLessThan(20_000n)
  })
}
