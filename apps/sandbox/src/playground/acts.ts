import { grouped } from '../demo/demo.ts'
import { punish } from '../demo/punishment.ts'
import type { DemoSet } from '../demo/set.ts'
import { NodeError } from '../lightning/node/node-error.ts'
import type { InvoicingNode } from '../lightning/node/peer-node.ts'
import { tagsOf } from '../walk/reply.ts'
import { lastAttempt } from '../webhook/delivery.ts'
import { type SubEventType, subEventTypes } from '../webhook/envelope.ts'
import { testEvent } from '../webhook/test-event.ts'

/** What a visitor may do, and what it is called while it is done. */
const actNames = ['open', 'pay', 'receive', 'close', 'mine', 'cheat', 'test-event'] as const
type ActName = (typeof actNames)[number]

/** An order from the page. */
export type Order = { readonly act: ActName; readonly event: SubEventType }

/** Reads an order; undefined where it is none. */
export function readOrder(value: unknown): Order | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = new Map<string, unknown>(Object.entries(value))
  const act = actNames.find((each) => each === fields.get('act'))
  const event = subEventTypes.find((each) => each === (fields.get('event') ?? subEventTypes[0]))
  return act && event && { act, event }
}

/**
 * Does what was ordered.
 *
 * @returns one sentence of what came of it.
 * @throws {NodeError} if it cannot be done now.
 */
export function carryOut(set: DemoSet, { act, event }: Order): Promise<string> {
  const { stage } = set
  switch (act) {
    case 'open':
      return open(set)
    case 'pay':
      return pay(set, stage.alice(), stage.bob, 10_000n)
    case 'receive':
      return pay(set, stage.bob, stage.alice(), 20_000n)
    case 'close':
      return close(set)
    case 'mine':
      return mine(set)
    case 'cheat':
      return beCheated(set)
    case 'test-event':
      return sendTestEvent(set, event)
  }
}

async function open({ stage }: DemoSet): Promise<string> {
  const channel = await stage.open(stage.alice(), stage.bob, { pushMsat: 400_000_000n })
  return `a channel to bob of ${grouped(channel.capacitySats)} sat is open`
}

async function pay(
  { stage }: DemoSet,
  payer: InvoicingNode,
  payee: InvoicingNode,
  sats: bigint,
): Promise<string> {
  const { state, reason } = await stage.pay(payer, payee, sats * 1000n)
  if (state === 'failed') throw new NodeError(`not paid: ${reason ?? 'unexplained'}`)
  return `${payer.name} has paid ${grouped(sats)} sat to ${payee.name}`
}

async function close({ stage }: DemoSet): Promise<string> {
  const { bob } = stage
  const alice = stage.alice()
  if (!alice.channels().some(({ peer }) => peer === bob.id)) {
    throw new NodeError('there is no channel to bob')
  }
  await stage.closeTogether(alice, bob)
  return `all channels to bob are closed; our wallet has ${grouped(alice.wallet.balance())} sat`
}

async function mine({ stage, chain }: DemoSet): Promise<string> {
  await stage.mine(1)
  return `block ${chain.tip().height} is mined`
}

/** Mallory opens a channel, pays us in it, and broadcasts its state from before. */
async function beCheated(set: DemoSet): Promise<string> {
  const { stage, mallory } = set
  const alice = stage.alice()
  if (!alice.isConnectedTo(mallory.id)) await stage.connect(alice, mallory)
  await stage.open(mallory, alice, { pushMsat: 500_000_000n })
  const old = mallory.save()
  await pay(set, mallory, alice, 250_000n)
  const won = await punish(set, old)
  return `mallory cheated and is punished: ${grouped(won)} of 1,000,000 sat come to our wallet`
}

async function sendTestEvent({ signer }: DemoSet, type: SubEventType): Promise<string> {
  const { platform, dispatcher } = signer.sandbox
  const delivery = await dispatcher.deliver(testEvent(platform, type), { retries: false })
  const last = lastAttempt(delivery)
  const rules = tagsOf(last?.reply ?? '')
  const answer = rules.length > 0 ? `refused, ${rules.join(', ')}` : delivery.outcome
  return `test event ${type}: ${answer} (${last?.status ?? last?.fault ?? 'no answer'})`
}
