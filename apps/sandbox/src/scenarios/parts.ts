import type { Outcome } from '../lightning/node/network.ts'
import type { PeerNode } from '../lightning/node/peer-node.ts'
import type { RemoteNode } from '../lightning/node/remote-node.ts'
import type { Stage } from '../lightning/stage.ts'
import { expectThat, type Scene } from './scenario.ts'

/** What every wallet has at first, and what its channels are made of. */
export const walletSats = 10_000_000n
export const channelSats = 1_000_000n

/** Opens a channel of ours in which the peer has 400,000 of 1,000,000 sat. */
export async function shared({ stage, kind }: Scene): Promise<void> {
  await stage.open(stage.alice(), stage.bob, { kind, pushMsat: 400_000_000n })
}

/** The payment hashes of a payment in each direction. */
export type HeldPayments = { readonly out: string; readonly back: string }

/** 30,000 sat to the peer and 40,000 sat to us, which have arrived and are not taken. */
export async function holdPayments(stage: Stage): Promise<HeldPayments> {
  const { bob } = stage
  const alice = stage.alice()
  bob.received.hold()
  alice.received.hold()
  const out = alice.send(await bob.createInvoice({ amountMsat: 30_000_000n }))
  const back = bob.send(await alice.createInvoice({ amountMsat: 40_000_000n }))
  await stage.until('the arrival of two payments', () =>
    bob.received.arrived().length === 1 && alice.received.arrived().length === 1 ? true : undefined,
  )
  await stage.settle()
  return { out, back }
}

/** Lets both sides take what they hold, and waits until both payments are made. */
export async function releasePayments(stage: Stage, held: HeldPayments): Promise<void> {
  const { bob } = stage
  stage.alice().received.release()
  bob.received.release()
  await paid(stage, held)
}

/** Waits until both payments are made. */
export async function paid(stage: Stage, { out, back }: HeldPayments): Promise<void> {
  const isSent = (node: PeerNode | RemoteNode, hash: string) =>
    node.payments.get(hash)?.state === 'sent'
  await stage.until('two payments', () =>
    isSent(stage.alice(), out) && isSent(stage.bob, back) ? true : undefined,
  )
  await stage.settle()
}

/** Pays and expects that it arrives. */
export async function payWell(
  stage: Stage,
  from: 'alice' | 'bob',
  amountMsat: bigint,
): Promise<void> {
  const [payer, payee] = from === 'alice' ? [stage.alice(), stage.bob] : [stage.bob, stage.alice()]
  isPaid(await stage.pay(payer, payee, amountMsat))
}

/** @throws {ScenarioError} unless the payment was made. */
export function isPaid({ state, reason }: Outcome): void {
  expectThat(state === 'sent', `a payment that is made, not ${state}, ${reason ?? 'unexplained'}`)
}

/** Mines until our node has nothing left to claim, and its wallet counts the claims as final. */
export async function claimAll(stage: Stage): Promise<void> {
  await stage.mine(2)
  await stage.mineUntil('the end of all claims', () => stage.alice().pendingClaims() === 0)
  await stage.mine(8)
}

/**
 * What our wallet has now is what is expected, less fees.
 *
 * @param expected - in satoshis.
 * @param mostFees - in satoshis.
 */
export function expectWallet(stage: Stage, expected: bigint, mostFees: bigint): void {
  const has = stage.alice().wallet.balance()
  const fees = expected - has
  expectThat(
    fees >= 0n && fees <= mostFees,
    `a wallet with ${expected} sat less at most ${mostFees} sat of fees, not ${has} sat`,
  )
}
