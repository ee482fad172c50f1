import { isPaid, payWell, shared } from './parts.ts'
import { expectThat, type Scenario, type Scene } from './scenario.ts'

async function atOnce({ stage }: Scene, count: number): Promise<void> {
  const { bob } = stage
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      i % 2 === 0
        ? stage.pay(stage.alice(), bob, 5_000_000n)
        : stage.pay(bob, stage.alice(), 4_000_000n),
    ),
  )
  outcomes.forEach(isPaid)
}

async function failing({ stage }: Scene): Promise<void> {
  const { bob } = stage
  bob.received.hold()
  const hash = stage.alice().send(await bob.createInvoice({ amountMsat: 30_000_000n }))
  await stage.until('its arrival', () => bob.received.arrived()[0])
  await stage.settle()
  bob.received.fail()
  bob.pump.wake()
  await stage.until('its failure', () =>
    stage.alice().payments.get(hash)?.state === 'failed' ? true : undefined,
  )
  await stage.settle()
}

async function forwarded({ stage, kind }: Scene): Promise<void> {
  const { bob } = stage
  const carol = await stage.addPeer('carol')
  await stage.connect(stage.alice(), carol)
  await stage.open(bob, stage.alice(), { kind })
  await stage.open(stage.alice(), carol, { kind })
  const before = stage
    .alice()
    .channels()
    .reduce((sum, { outboundMsat }) => sum + outboundMsat, 0n)
  isPaid(await stage.pay(bob, carol, 50_000_000n))
  const after = stage
    .alice()
    .channels()
    .reduce((sum, { outboundMsat }) => sum + outboundMsat, 0n)
  expectThat(after !== before, 'a payment that went through us')
}

/** Payments of every kind. */
export const payments: readonly Scenario[] = [
  {
    name: 'receive',
    story: 'The peer pays three invoices of ours.',
    play: async (scene) => {
      await shared(scene)
      for (const sats of [50_000n, 5_000n, 120_000n])
        await payWell(scene.stage, 'bob', sats * 1000n)
    },
  },
  {
    name: 'send',
    story: 'We pay three invoices of the peer.',
    play: async (scene) => {
      await shared(scene)
      for (const sats of [50_000n, 1_000n, 120_000n]) {
        await payWell(scene.stage, 'alice', sats * 1000n)
      }
    },
  },
  {
    name: 'twenty-at-once',
    story: 'Twenty payments are under way at once, ten in each direction.',
    play: async (scene) => {
      await shared(scene)
      await atOnce(scene, 20)
    },
  },
  {
    name: 'failed-payment',
    story: 'A payment of ours comes back, and the next one is made.',
    play: async (scene) => {
      await shared(scene)
      await failing(scene)
      await payWell(scene.stage, 'alice', 30_000_000n)
    },
  },
  {
    name: 'dust',
    story: 'Payments too small for an output of their own go out.',
    play: async (scene) => {
      await shared(scene)
      for (let i = 0; i < 5; i++) await payWell(scene.stage, 'alice', 100_000n)
      await payWell(scene.stage, 'alice', 1n)
    },
  },
  {
    name: 'feerate-change',
    story: 'Whoever opened a channel changes its feerate, with us and with the peer as the opener.',
    play: async (scene) => {
      const { stage, kind } = scene
      await shared(scene)
      await stage.open(stage.bob, stage.alice(), { kind })
      for (const feerate of [2_500, 900]) {
        for (const node of [stage.alice(), stage.bob]) {
          node.fees.set(feerate)
          node.tick()
          await stage.settle()
        }
        await payWell(stage, 'bob', 20_000_000n)
        await payWell(stage, 'alice', 10_000_000n)
      }
    },
  },
  {
    name: 'forward',
    story: 'A payment of one peer to another goes through us.',
    play: forwarded,
  },
]
