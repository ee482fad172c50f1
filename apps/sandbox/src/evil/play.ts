import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { sats } from '@boltwarden/core/units'
import { coinKey } from '../chain/coin.ts'
import { createChain } from '../chain/create-chain.ts'
import { type Accounts, addUp, readAccounts } from '../demo/accounts.ts'
import { machine } from '../environment.ts'
import { openStage, type Stage } from '../lightning/stage.ts'
import { isPaid, payWell } from '../scenarios/parts.ts'
import { type RunningSigner, type SignerName, startSigner } from '../signers/signer.ts'
import type { EvilAttack, Outcome } from './attack.ts'
import { evilAttacks } from './attacks.ts'
import { thiefScript } from './thief.ts'
import { type Victim, victimOf } from './victim.ts'

/** How one attack went on one signer. */
export type EvilResult = {
  readonly attack: string
  readonly kind: CommitmentType
  readonly signer: SignerName
  /** What the signer's refusals name, the rule that is there for it first; empty for none. */
  readonly rules: readonly string[]
  /** What was ours and is the thief's, in satoshis, by the chain. */
  readonly lostSats: bigint
  /** What the thief did with what it got; empty where it got nothing. */
  readonly how: string
  /** Whether nothing was lost, and refused by a rule that is there for it. */
  readonly ok: boolean
}

/** How a stage ended, after its attacks: with a payment, a close and the sum of all money. */
export type EvilEnd = {
  readonly kind: CommitmentType
  readonly signer: SignerName
  /** From the blocks alone. */
  readonly accounts: Accounts
  /** Whether they are what the faucet gave, to the satoshi. */
  readonly addsUp: boolean
  /** Names of attacks whose answer came after all. */
  readonly late: readonly string[]
  /** Honest events, and those of them that the signer did not answer. */
  readonly honestEvents: number
  readonly unanswered: number
  /** What stood in the way of playing on; empty where nothing did. */
  readonly note: string
  /** Whether all of this is as it must be. That nothing was lost is not part of it. */
  readonly ok: boolean
}

/** A signer that can be robbed, one stage for each channel kind. */
export type EvilTheatre = {
  readonly play: (
    kind: CommitmentType,
    attacks: readonly EvilAttack[],
    onResult: (result: EvilResult) => void,
  ) => Promise<EvilEnd>
  readonly close: () => Promise<void>
}

/** A channel for each attack, one for the start and one for the end. */
const channelsPerStage = evilAttacks.length + 2
const paymentMsat = 10_000_000n
/** What a wallet must have for one more channel and its fees. */
const leastWalletSats = 2_000_000n

/**
 * Starts a signer with a fresh seed and the policy that `init` writes.
 *
 * @param stages - how many will be played at most.
 */
export async function openEvilTheatre(
  name: SignerName,
  stages: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<EvilTheatre> {
  const secp256k1 = await loadSecp256k1('auto')
  const signer = await startSigner(name, { channels: stages * channelsPerStage, signal })
  const used = { stages: 0 }
  return {
    play: async (kind, attacks, onResult) => {
      const first = used.stages * channelsPerStage
      used.stages += 1
      const channels = signer.pairing.channels.slice(first, first + channelsPerStage)
      const stage = await openStage({
        platform: signer.sandbox.platform,
        pairing: { ...signer.pairing, channels },
        deliver: signer.sandbox.dispatcher.deliver,
        chain: createChain({ nowSeconds: () => Math.floor(machine.nowMicros() / 1e6) }),
      })
      try {
        return await playStage({ secp256k1, signer, stage, kind }, attacks, onResult)
      } finally {
        stage.close()
      }
    },
    close: signer.close,
  }
}

type Playing = {
  readonly secp256k1: Secp256k1
  readonly signer: RunningSigner
  readonly stage: Stage
  readonly kind: CommitmentType
}

type Played = readonly [EvilAttack, Outcome]

async function playStage(
  set: Playing,
  attacks: readonly EvilAttack[],
  onResult: (result: EvilResult) => void,
): Promise<EvilEnd> {
  const seen = set.signer.sandbox.dispatcher.count()
  const played: Played[] = []
  try {
    for (const attack of attacks) {
      const outcome = await attack.play(await nextVictim(set))
      played.push([attack, outcome])
      // What was asked in vain must leave a channel that works.
      if (outcome.taken === undefined && !attack.endsChannel) await pay(set)
      onResult(resultOf(set, attack, outcome))
    }
    await nextVictim(set)
    await pay(set)
    await set.stage.closeTogether(set.stage.alice(), set.stage.bob)
    const isRobbed = played.some(([, { taken }]) => taken !== undefined)
    await claimEverything(set, isRobbed)
    return endOf(set, played, seen, '')
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return endOf(set, played, seen, `${error.name}: ${error.message}`)
  }
}

function pay({ stage }: Playing): Promise<void> {
  return payWell(stage, 'alice', paymentMsat)
}

function resultOf({ kind, signer }: Playing, attack: EvilAttack, outcome: Outcome): EvilResult {
  const { rules, taken } = outcome
  const fitting = rules.filter((rule) => attack.refusedBy.includes(rule))
  return {
    attack: attack.name,
    kind,
    signer: signer.name,
    rules: [...new Set([...fitting, ...rules])],
    lostSats: taken?.lostSats ?? 0n,
    how: taken?.how ?? '',
    ok: taken === undefined && fitting.length > 0,
  }
}

/** The channel in use, or a new one where there is none, with a payment behind it. */
async function nextVictim({ secp256k1, signer, stage, kind }: Playing): Promise<Victim> {
  const alice = stage.alice()
  const place = { secp256k1, signer, stage }
  const [usable] = alice.channels().filter(({ isUsable }) => isUsable)
  if (usable !== undefined) return victimOf({ ...place, channel: usable })
  if (alice.wallet.balance() < leastWalletSats) {
    stage.chain.fund(p2wpkh(alice.wallet.newAddress(0).publicKey), sats(10_000_000n))
    await stage.mine(1)
  }
  if (!alice.isConnectedTo(stage.bob.id)) await stage.connect(alice, stage.bob)
  const channel = await stage.open(alice, stage.bob, { kind, pushMsat: 400_000_000n })
  isPaid(await stage.pay(alice, stage.bob, paymentMsat))
  return victimOf({ ...place, channel })
}

/** What must come home: ours, where the thief did not take it, and the peer's. */
async function claimEverything({ stage }: Playing, isRobbed: boolean): Promise<void> {
  await stage.mineUntil(
    'the end of all claims',
    () => stage.bob.pendingClaims() === 0 && (isRobbed || stage.alice().pendingClaims() === 0),
  )
  await stage.mine(8)
}

function endOf(
  { signer, stage, kind }: Playing,
  played: readonly Played[],
  seen: number,
  note: string,
): EvilEnd {
  const hostile = new Set(played.flatMap(([, { sequences }]) => sequences))
  const honest = signer.sandbox.dispatcher
    .deliveries(seen)
    .filter(({ sequence }) => !hostile.has(sequence))
  const unanswered = honest.filter(({ outcome }) => outcome !== 'accepted').length
  const loot = new Set(played.flatMap(([, { taken }]) => taken?.loot ?? []).map(coinKey))
  const accounts = readAccounts(stage.chain, [
    ...[stage.alice(), stage.bob].map(({ name, wallet }) => ({
      name,
      owns: (outPoint: OutPoint) => wallet.coins.find(outPoint) !== undefined,
    })),
    { name: 'thief', owns: thiefOwns(stage, loot) },
  ])
  const addsUp = addUp(accounts)
  const late = played
    .filter(([, { taken, isOut }]) => taken === undefined && isOut())
    .map(([{ name }]) => name)
  return {
    kind,
    signer: signer.name,
    accounts,
    addsUp,
    late,
    honestEvents: honest.length,
    unanswered,
    note,
    ok: addsUp && late.length === 0 && unanswered === 0 && note === '',
  }
}

function thiefOwns({ chain }: Stage, loot: ReadonlySet<string>): (outPoint: OutPoint) => boolean {
  const own = new Set(chain.unspent(thiefScript).map(coinKey))
  return (outPoint) => own.has(coinKey(outPoint)) || loot.has(coinKey(outPoint))
}
