import { txid } from '@boltwarden/core/bytes'
import type { ChannelView } from '../lightning/node/channel-view.ts'
import type { NodeState } from '../lightning/node/lightning-node.ts'
import type { InvoicingNode } from '../lightning/node/peer-node.ts'
import { type Accounts, addUp, readAccounts } from './accounts.ts'
import { type Attack, attack } from './attacks.ts'
import { DemoError } from './demo-error.ts'
import { punish } from './punishment.ts'
import type { DemoSet } from './set.ts'
import { readTimings, type Timings } from './timings.ts'

/** One thing that happened, and whether it is as it must be. */
export type DemoStep = {
  readonly act: 'start' | 'open' | 'pay' | 'attack' | 'cheat' | 'close' | 'sum'
  readonly ok: boolean
  readonly text: string
  /** Since the demo began. */
  readonly milliseconds: number
}

/** What came of all of it. */
export type DemoReport = {
  readonly ok: boolean
  readonly wrong: number
  readonly attacks: readonly Pick<Attack, 'name' | 'rules'>[]
  readonly accounts: Accounts
  /** Of the honest events. */
  readonly timings: Timings
  readonly milliseconds: number
}

/** What the acts share. */
type Play = {
  readonly set: DemoSet
  readonly tell: (act: DemoStep['act'], ok: boolean, text: string) => void
}

/** How many channels one demo opens. */
export const channelsPerDemo = 2

/**
 * Plays a short life of our node: two channels, payments, attacks, a cheat, a close, and the sum.
 *
 * @param startedMs - when the demo began, by `performance.now()`.
 */
export async function playDemo(
  set: DemoSet,
  startedMs: number,
  onStep: (step: DemoStep) => void,
): Promise<DemoReport> {
  const elapsed = () => Math.round(performance.now() - startedMs)
  const wrong: string[] = []
  const tell: Play['tell'] = (act, ok, text) => {
    if (!ok) wrong.push(text)
    onStep({ act, ok, text, milliseconds: elapsed() })
  }
  const play = { set, tell }
  await openChannels(play)
  const old = await makePayments(play)
  const attacks = await beAttacked(play)
  await beCheated(play, old)
  await close(play)
  const late = attacks.filter(({ succeeded }) => succeeded())
  for (const { name } of late) tell('attack', false, `given away after all: ${name}`)
  const accounts = sumUp(play)
  const timings = timingsOf(set, attacks)
  const unanswered = timings.events - timings.answered
  if (unanswered > 0) tell('sum', false, `${unanswered} honest events were not answered`)
  return {
    ok: wrong.length === 0,
    wrong: wrong.length,
    attacks: attacks.map(({ name, rules }) => ({ name, rules })),
    accounts,
    timings,
    milliseconds: elapsed(),
  }
}

function timingsOf({ signer }: DemoSet, attacks: readonly Attack[]): Timings {
  const hostile = new Set(attacks.map(({ sequence }) => sequence))
  const deliveries = signer.sandbox.dispatcher.deliveries()
  return readTimings(deliveries.filter(({ sequence }) => !hostile.has(sequence)))
}

async function openChannels({ set, tell }: Play): Promise<void> {
  const { stage, mallory } = set
  const { bob } = stage
  tell('start', true, 'our node, alice, a signer that has her keys, and two peers, bob and mallory')
  const ours = await stage.open(stage.alice(), bob, { pushMsat: 400_000_000n })
  tell('open', true, `we open a channel to bob: ${shown(ours)}`)
  const theirs = await stage.open(mallory, stage.alice(), { pushMsat: 500_000_000n })
  tell('open', true, `mallory opens one to us: ${shown(theirs)}`)
}

/** @returns what mallory remembers of the time before its last payment. */
async function makePayments(play: Play): Promise<NodeState> {
  const { stage, mallory } = play.set
  const alice = stage.alice()
  await pay(play, 'bob pays us', stage.bob, alice, 50_000n)
  await pay(play, 'we pay bob', alice, stage.bob, 30_000n)
  await pay(play, 'mallory pays bob through us', mallory, stage.bob, 20_000n)
  const old = mallory.save()
  await pay(play, 'mallory pays us', mallory, alice, 250_000n)
  return old
}

async function pay(
  { set, tell }: Play,
  what: string,
  payer: InvoicingNode,
  payee: InvoicingNode,
  sats: bigint,
): Promise<void> {
  const { dispatcher } = set.signer.sandbox
  const seen = dispatcher.count()
  const { state, reason } = await set.stage.pay(payer, payee, sats * 1000n)
  const events = dispatcher.count() - seen
  const note = state === 'sent' ? `${events} events` : `failed: ${reason ?? 'unexplained'}`
  tell('pay', state === 'sent', `${what} ${grouped(sats)} sat (${note})`)
}

async function beAttacked({ set, tell }: Play): Promise<readonly Attack[]> {
  const alice = set.stage.alice()
  const [first] = alice.saveAll().channels
  if (first === undefined) throw new DemoError('our node has no channel to attack')
  const attacks = await attack({ signer: set.signer, alice, channelId: first.entityId })
  for (const { name, rules, succeeded } of attacks) {
    const ok = !succeeded() && rules.length > 0
    const answer = ok ? `refused, ${rules.join(', ')}` : 'NOT REFUSED'
    tell('attack', ok, `the platform asks for ${name}: ${answer}`)
  }
  return attacks
}

async function beCheated({ set, tell }: Play, old: NodeState): Promise<void> {
  tell('cheat', true, 'mallory broadcasts the state before its last payment')
  const won = await punish(set, old)
  const all = 1_000_000n
  // What is missing are fees: of the commitment, of the penalty and of the sweep.
  const ok = won > (all * 98n) / 100n
  tell('cheat', ok, `punished: of its ${grouped(all)} sat, ${grouped(won)} come to our wallet`)
}

async function close({ set: { stage, chain }, tell }: Play): Promise<void> {
  const alice = stage.alice()
  const [channel] = alice.channels()
  await stage.closeTogether(alice, stage.bob)
  const spend =
    channel?.funding &&
    chain.spend({ vout: channel.funding.vout, txid: txid(channel.funding.txid) })
  const outputs = spend?.spender.transaction.outputs ?? []
  const values = outputs.map(({ value }) => grouped(value)).join(' and ')
  tell('close', outputs.length === 2, `closed with bob together: outputs of ${values} sat`)
}

function sumUp({ set, tell }: Play): Accounts {
  const nodes = [set.stage.alice(), set.stage.bob, set.mallory]
  const accounts = readAccounts(
    set.chain,
    nodes.map(({ name, wallet }) => ({
      name,
      owns: (outPoint) => wallet.coins.find(outPoint) !== undefined,
    })),
  )
  tell('sum', addUp(accounts), sumOf(accounts))
  return accounts
}

function sumOf({ gave, wallets, fees, anchors, elsewhere }: Accounts): string {
  const parts = [
    ...wallets.map(({ name, sats }) => `${name} ${grouped(sats)}`),
    `fees ${grouped(fees)}`,
    `anchors left ${grouped(anchors)}`,
    ...(elsewhere === 0n ? [] : [`elsewhere ${grouped(elsewhere)}`]),
  ]
  const total = wallets.reduce((sum, { sats }) => sum + sats, fees + anchors + elsewhere)
  return `${parts.join(' + ')} = ${grouped(total)} sat; the faucet gave ${grouped(gave)}`
}

function shown({ capacitySats, kind, outboundMsat, reserveSats }: ChannelView): string {
  const ours = outboundMsat / 1000n + reserveSats
  return `${grouped(capacitySats)} sat, ${kind}, ${grouped(ours)} of it the opener's`
}

/** Digits in threes, as the eye reads them. */
export function grouped(value: bigint): string {
  return value.toLocaleString('en-GB')
}
