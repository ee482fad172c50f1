import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { describe, expect, test } from 'vitest'
import { officialStages } from './kit.ts'

describe("the official SDK's validator declines, and agrees later", () => {
  const state = { willing: true }
  const stage = officialStages(() => state.willing)

  test.each(commitmentTypes)('a channel with %s waits and goes on', async (kind) => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind })
    state.willing = false
    const hash = play.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
    await play.until('the decline', () =>
      play
        .alice()
        .desk.open()
        .some((each) => each.state === 'declined')
        ? true
        : undefined,
    )
    await play.settle()
    expect(play.alice().payments.get(hash)).toEqual({ state: 'pending' })
    expect(play.alice().channels()).toHaveLength(1)
    state.willing = true
    play.alice().desk.askAgain()
    await play.until('the payment', () =>
      play.alice().payments.get(hash)?.state === 'sent' ? true : undefined,
    )
    await play.closeTogether(bob, play.alice())
  })

  test('what was declined stays unsigned: we force-close the last good state', async () => {
    const play = await stage()
    const { bob } = play
    const channel = await play.open(play.alice(), bob, { kind: 'anchors' })
    state.willing = false
    play.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
    await play.until('the decline', () =>
      play
        .alice()
        .desk.open()
        .some((each) => each.state === 'declined')
        ? true
        : undefined,
    )
    state.willing = true
    await play.forceClose(play.alice(), channel.id)
    await play.mine(2)
    await play.mineUntil('the end of all claims', () => play.alice().pendingClaims() === 0)
    await play.mine(8)
    expect(10_000_000n - play.alice().wallet.balance()).toBeLessThan(20_000n)
  })
})
