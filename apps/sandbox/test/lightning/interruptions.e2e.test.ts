import { describe, expect, test } from 'vitest'
import type { Stage } from '../../src/lightning/stage.ts'
import { boltwardenKit } from './kit.ts'
import { doubling, losing } from './mail.ts'

const kinds = ['anchors', 'static-remotekey'] as const

/** A payment in each direction that has arrived and is not taken. */
async function holdPayments(play: Stage): Promise<readonly [out: string, back: string]> {
  const { bob } = play
  bob.received.hold()
  play.alice().received.hold()
  const out = play.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
  const back = bob.send(await play.alice().createInvoice({ amountMsat: 40_000_000n }))
  await play.until('their arrival', () =>
    bob.received.arrived().length === 1 && play.alice().received.arrived().length === 1
      ? true
      : undefined,
  )
  await play.settle()
  return [out, back]
}

describe.each(kinds)('a channel with %s is interrupted', (kind) => {
  const { stage, refusals, signer } = boltwardenKit()
  const deliver = () => signer().sandbox.dispatcher.deliver

  test('the connection is cut with payments pending; they go on', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    const [out, back] = await holdPayments(play)
    await play.disconnect(bob)
    play.alice().received.release()
    bob.received.release()
    await play.connect(bob, play.alice())
    await play.until('both payments', () =>
      play.alice().payments.get(out)?.state === 'sent' && bob.payments.get(back)?.state === 'sent'
        ? true
        : undefined,
    )
    await play.settle()
    expect(refusals()).toEqual([])
  })

  test('our node is restarted with payments pending; they go on', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    const [out, back] = await holdPayments(play)
    play.restartAlice()
    await play.connect(play.alice(), bob)
    bob.received.release()
    bob.pump.unblock()
    await play.until('both payments', () =>
      play.alice().payments.get(out)?.state === 'sent' && bob.payments.get(back)?.state === 'sent'
        ? true
        : undefined,
    )
    await play.settle()
    expect(await play.pay(play.alice(), bob, 5_000_000n)).toMatchObject({ state: 'sent' })
    await play.closeTogether(play.alice(), bob)
    expect(refusals()).toEqual([])
  })

  test('the signer is killed and started again with payments pending', async () => {
    const play = await stage()
    const { bob } = play
    await play.open(play.alice(), bob, { kind, pushMsat: 400_000_000n })
    const [out, back] = await holdPayments(play)
    await signer().restart()
    play.alice().received.release()
    bob.received.release()
    await play.until('both payments', () =>
      play.alice().payments.get(out)?.state === 'sent' && bob.payments.get(back)?.state === 'sent'
        ? true
        : undefined,
    )
    await play.settle()
    expect(refusals()).toEqual([])
  })

  test('every webhook arrives twice', async () => {
    const play = await stage({ deliver: doubling(deliver()) })
    const { bob } = play
    await play.open(play.alice(), bob, { kind })
    expect(await play.pay(play.alice(), bob, 100_000_000n)).toMatchObject({ state: 'sent' })
    expect(await play.pay(bob, play.alice(), 20_000_000n)).toMatchObject({ state: 'sent' })
    await play.closeTogether(bob, play.alice())
    expect(refusals()).toEqual([])
  })

  test('every third webhook is lost, and asked again', async () => {
    const mail = { count: 0 }
    const isLost = () => {
      mail.count += 1
      return mail.count % 3 === 0
    }
    const play = await stage({ deliver: losing(deliver(), isLost) })
    const { bob } = play
    play.bell.listen(() => play.alice().desk.askAgain())
    await play.open(play.alice(), bob, { kind })
    expect(await play.pay(play.alice(), bob, 100_000_000n)).toMatchObject({ state: 'sent' })
    expect(await play.pay(bob, play.alice(), 20_000_000n)).toMatchObject({ state: 'sent' })
    await play.closeTogether(bob, play.alice())
    expect(refusals()).toEqual([])
  })
})
