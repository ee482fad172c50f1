import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { expect, test } from 'vitest'
import type { Kit } from './kit.ts'

/** Opens, pays and closes. */
export function playChannelLife({ stage, refusals }: Kit, kind: CommitmentType): void {
  test('opened by us; payments both ways, dust; closed by us', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind })
    expect(await play.pay(play.alice(), bob, 100_000_000n)).toMatchObject({ state: 'sent' })
    expect(await play.pay(bob, play.alice(), 20_000_000n)).toMatchObject({ state: 'sent' })
    expect(await play.pay(play.alice(), bob, 100_000n)).toMatchObject({ state: 'sent' })
    await play.closeTogether(play.alice(), bob)
    expect(refusals()).toEqual([])
    expect(play.alice().wallet.balance()).toBeGreaterThan(9_900_000n)
  })

  test('opened by the peer with push; closed by the peer', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(bob, play.alice(), { kind, pushMsat: 300_000_000n })
    expect(await play.pay(play.alice(), bob, 50_000_000n)).toMatchObject({ state: 'sent' })
    expect(await play.pay(bob, play.alice(), 20_000_000n)).toMatchObject({ state: 'sent' })
    await play.closeTogether(bob, play.alice())
    expect(refusals()).toEqual([])
    expect(play.alice().wallet.balance()).toBeGreaterThan(10_260_000n)
  })

  test('opened by us with push, opened by the peer without', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind, pushMsat: 10_000_000n })
    await play.open(bob, play.alice(), { kind })
    expect(await play.pay(bob, play.alice(), 120_000_000n)).toMatchObject({ state: 'sent' })
    expect(refusals()).toEqual([])
  })

  test('a payment that fails, and one that is paid after', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind })
    bob.received.hold()
    const hash = play.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
    await play.until('its arrival', () => bob.received.arrived()[0])
    await play.settle()
    bob.received.fail()
    bob.pump.wake()
    const failed = await play.until('its failure', () => {
      const payment = play.alice().payments.get(hash)
      return payment?.state === 'failed' ? payment : undefined
    })
    expect(failed.reason).toBe('RecipientRejected')
    await play.settle()
    expect(await play.pay(play.alice(), bob, 30_000_000n)).toMatchObject({ state: 'sent' })
    expect(refusals()).toEqual([])
  })

  test('the feerate changes, with the opener on either side', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind })
    expect(await play.pay(play.alice(), bob, 200_000_000n)).toMatchObject({ state: 'sent' })
    await play.open(bob, play.alice(), { kind })
    for (const node of [play.alice(), bob]) {
      node.fees.set(2_500)
      node.tick()
      await play.settle()
    }
    expect(await play.pay(bob, play.alice(), 20_000_000n)).toMatchObject({ state: 'sent' })
    expect(refusals()).toEqual([])
  })

  test('twenty payments at once, both ways', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    const payments = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0
        ? play.pay(play.alice(), bob, 5_000_000n)
        : play.pay(bob, play.alice(), 4_000_000n),
    )
    const states = (await Promise.all(payments)).map(({ state }) => state)
    expect(states).toEqual(Array.from({ length: 20 }, () => 'sent'))
    expect(refusals()).toEqual([])
  })
}
