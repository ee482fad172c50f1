import { holdPayments, isPaid, paid, payWell, releasePayments, shared } from './parts.ts'
import { expectThat, type Scenario, type Scene } from './scenario.ts'

async function bothWays({ stage }: Scene): Promise<void> {
  await payWell(stage, 'alice', 60_000_000n)
  await payWell(stage, 'bob', 20_000_000n)
}

/** Cuts the connection after the first webhook of a payment, after the second, and so on. */
async function cutEverywhere({ stage }: Scene): Promise<void> {
  const { bob } = stage
  for (let step = 1; step <= 8; step++) {
    const alice = stage.alice()
    const sent = alice.desk.counts().sent
    const out = alice.send(await bob.createInvoice({ amountMsat: 7_000_000n }))
    const back = bob.send(await alice.createInvoice({ amountMsat: 6_000_000n }))
    await stage.until('a step of the payments', () =>
      alice.desk.counts().sent >= sent + step ? true : undefined,
    )
    await stage.disconnect(bob)
    await stage.connect(bob, alice)
    await paid(stage, { out, back })
  }
}

async function declined({ stage, signer }: Scene): Promise<void> {
  const { bob } = stage
  const alice = stage.alice()
  await signer.restart('[payments]\nhourly_sats = 1000\n')
  const hash = alice.send(await bob.createInvoice({ amountMsat: 30_000_000n }))
  await stage.until('the decline', () =>
    alice.desk.open().some(({ state }) => state === 'declined') ? true : undefined,
  )
  await stage.settle()
  expectThat(alice.payments.get(hash)?.state === 'pending', 'a payment that waits')
  expectThat(alice.channels().length === 1, 'a channel that stays open')
  await signer.restart('')
  alice.desk.askAgain()
  await stage.until('the payment', () =>
    alice.payments.get(hash)?.state === 'sent' ? true : undefined,
  )
  await stage.settle()
}

/** What goes wrong between the parts. */
export const interruptions: readonly Scenario[] = [
  {
    name: 'restart-of-node',
    story: 'Our node is restarted with payments under way in both directions; they go on.',
    play: async (scene) => {
      const { stage } = scene
      await shared(scene)
      const held = await holdPayments(stage)
      stage.restartAlice()
      await stage.connect(stage.alice(), stage.bob)
      stage.bob.received.release()
      stage.bob.pump.unblock()
      await paid(stage, held)
      await bothWays(scene)
    },
  },
  {
    name: 'restart-of-signer',
    story: 'The signer is killed with payments under way in both directions; they go on.',
    play: async (scene) => {
      await shared(scene)
      const held = await holdPayments(scene.stage)
      await scene.signer.restart()
      await releasePayments(scene.stage, held)
    },
  },
  {
    name: 'cut-everywhere',
    story: 'The connection to the peer is cut at each step of payments both ways.',
    play: async (scene) => {
      await shared(scene)
      await cutEverywhere(scene)
    },
  },
  {
    name: 'doubled-webhooks',
    story: 'Every webhook arrives twice at once, from the opening to the close.',
    notByOfficial: 'it draws another payment hash for each copy',
    play: async (scene) => {
      scene.mail.set({ kind: 'doubled' })
      await shared(scene)
      await bothWays(scene)
      await scene.stage.closeTogether(scene.stage.alice(), scene.stage.bob)
    },
  },
  {
    name: 'lost-webhooks',
    story: 'Every third webhook is lost and asked again.',
    play: async (scene) => {
      const { stage } = scene
      scene.mail.set({ kind: 'lost', every: 3 })
      stage.bell.listen(() => stage.alice().desk.askAgain())
      await shared(scene)
      await bothWays(scene)
      await stage.closeTogether(stage.alice(), stage.bob)
    },
  },
  {
    name: 'slow-signer',
    story: 'Every answer takes a fifth of a second longer.',
    play: async (scene) => {
      scene.mail.set({ kind: 'slow', byMs: 200 })
      await shared(scene)
      isPaid(await scene.stage.pay(scene.stage.alice(), scene.stage.bob, 60_000_000n))
      await payWell(scene.stage, 'bob', 20_000_000n)
    },
  },
  {
    name: 'declined-and-agreed-later',
    story: 'The owner allows no payment, and changes the policy: the payment that waited is made.',
    notByOfficial: 'it has no policy',
    expectsRefusals: true,
    play: async (scene) => {
      await shared(scene)
      await declined(scene)
      await payWell(scene.stage, 'bob', 20_000_000n)
    },
  },
]
