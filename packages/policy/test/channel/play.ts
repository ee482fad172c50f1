import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import type { Delivery } from '@boltwarden/policy/event'
import type { Judgement } from '@boltwarden/policy/judge'
import { expect } from 'vitest'
import { outcome } from '../honest.ts'
import { Signer } from '../signer.ts'
import { SimulatedChannel, type Terms } from './simulated-channel.ts'

/** One for all: recognising our own outputs takes a search, once. */
export const keys = Keychain.fromSeed(new Uint8Array(32).fill(5), {
  secp256k1: await loadSecp256k1('auto'),
})

/** A signer and a channel of its keys. */
export type Stage = { readonly signer: Signer; readonly channel: SimulatedChannel }

/** A fresh signer with a channel whose first point was not asked for yet. */
export function stage(terms: Terms): Stage {
  const signer = new Signer(keys, 'REGTEST')
  return funded({ signer, channel: new SimulatedChannel(signer.keys, terms) })
}

/** The L1 wallet has paid for the channel, where we open it. */
export function funded(play: Stage): Stage {
  const { signer, channel } = play
  if (channel.terms.funder === 'counterparty') return play
  const node = signer.node()
  const paidFundings = [...node.paidFundings, channel.outPoint]
  signer.write({ channels: [], node: { ...node, paidFundings } })
  return play
}

/** Asks, and expects to be answered without a warning. */
export function answered(signer: Signer, delivery: Delivery): Judgement {
  const judgement = signer.decide(delivery)
  expect(outcome(judgement), JSON.stringify(judgement.decision, readable)).toEqual(['sign'])
  return judgement
}

function readable(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** Opens the channel: the first points, and the counterparty's commitment 0. */
export function open({ signer, channel }: Stage): void {
  for (const number of [0, 1]) answered(signer, channel.point(number))
  answered(signer, channel.commitment())
  channel.next = 1
  answered(signer, channel.point(2))
}

/** Commits both sides to what was agreed: our commitment first, then the counterparty's. */
export function commit({ signer, channel }: Stage): void {
  const number = channel.next
  answered(signer, channel.point(number + 2))
  answered(signer, channel.release(number - 1))
  answered(signer, channel.commitment())
  answered(signer, channel.reveal(number - 1))
  channel.next = number + 1
}

/** A channel that is open, of which either side has `toHolder` of a million satoshis. */
export function opened(terms: Terms): Stage {
  const opening = stage(terms)
  open(opening)
  return opening
}
