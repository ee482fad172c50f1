import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import {
  type OutPoint,
  serialiseTransaction,
  type Transaction,
  type TxOut,
} from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { type Sats, sats } from '@boltwarden/core/units'
import type { OwnAddress } from '../../channel/claims.ts'
import type { JobDraft } from '../../channel/job.ts'
import { unsigned } from '../../channel/spending.ts'
import { LdkError } from '../ldk/ldk-error.ts'
import { type Coin, type Coins, createCoins, nameOf } from './coins.ts'
import { p2wpkhWitness, withWitnesses } from './witness.ts'

/** Who signs the wallet's inputs: all at once, or not yet. */
export type WalletSigning = (drafts: readonly JobDraft[]) => readonly Uint8Array[] | undefined

/** The address of a place in the wallet: `change` 1 is for what comes back. */
export type AddressAt = (change: 0 | 1, index: number) => OwnAddress

/** A transaction that waits for its signatures; its coins are set aside. */
export type Composition = {
  readonly transaction: Transaction
  readonly spent: readonly Coin[]
  readonly fee: Sats
  readonly change: OwnAddress | undefined
}

/** An L1 wallet of P2WPKH addresses. */
export type Wallet = {
  readonly coins: Coins
  /** A new address; `change` 1 for what comes back. */
  readonly newAddress: (change: 0 | 1) => OwnAddress
  readonly balance: () => Sats
  /** Coins that no composition has set aside. */
  readonly free: () => readonly Coin[]
  /** @throws {LdkError} if the free coins do not pay for it. */
  readonly compose: (outputs: readonly TxOut[], feerate: number) => Composition
  /** Signs all inputs; undefined while a signature is awaited. */
  readonly sign: (composition: Composition) => Uint8Array | undefined
  /** Sets a coin aside, or gives it back. */
  readonly reserve: (outPoint: OutPoint) => void
  readonly release: (composition: Composition) => void
  readonly signing: WalletSigning
  /** The addresses for others to pay to, by the hex of their scriptPubKey. */
  readonly receiving: ReadonlyMap<string, OwnAddress>
  /** What is kept over a restart. */
  readonly state: () => WalletState
}

/** The index of the next address of either kind, and the coins that are set aside. */
export type WalletState = {
  readonly receive: number
  readonly change: number
  readonly aside: readonly string[]
}

/** Weight of a transaction but its inputs and outputs, of one P2WPKH input, and of one output. */
const weights = { base: 42, input: 273, output: (script: Uint8Array) => 4 * (9 + script.length) }
const dustSats = 354n

/** A wallet; after a restart, `from` says which addresses were used. */
export function createWallet(
  addressAt: AddressAt,
  signing: WalletSigning,
  from: WalletState = { receive: 0, change: 0, aside: [] },
): Wallet {
  const known = new Map<string, OwnAddress>()
  const receiving = new Map<string, OwnAddress>()
  const next = { receive: 0, change: 0 }
  const newAddress = (change: 0 | 1): OwnAddress => {
    const kind = change === 0 ? 'receive' : 'change'
    const address = addressAt(change, next[kind])
    next[kind] += 1
    const script = toHex(p2wpkh(address.publicKey))
    known.set(script, address)
    if (change === 0) receiving.set(script, address)
    return address
  }
  while (next.receive < from.receive) newAddress(0)
  while (next.change < from.change) newAddress(1)
  const coins = createCoins((script) => known.get(script))
  const aside = new Set(from.aside)
  const free = () => coins.all().filter((coin) => !aside.has(nameOf(coin)))
  return {
    coins,
    newAddress,
    signing,
    free,
    balance: () => sats(coins.all().reduce((sum, { value }) => sum + value, 0n)),
    compose: (outputs, feerate) => {
      const composition = compose(free(), outputs, feerate, () => newAddress(1))
      for (const coin of composition.spent) aside.add(nameOf(coin))
      return composition
    },
    sign: ({ transaction, spent }) => {
      const signatures = signing(spent.map((coin, at) => coinJob(transaction, at, coin)))
      if (signatures === undefined) return undefined
      const witnesses = spent.map(({ address }, at) => {
        const signature = signatures[at]
        return signature && p2wpkhWitness(signature, address.publicKey)
      })
      return serialiseTransaction(withWitnesses(transaction, witnesses))
    },
    reserve: (outPoint) => aside.add(nameOf(outPoint)),
    release: ({ spent }) => {
      for (const coin of spent) aside.delete(nameOf(coin))
    },
    receiving,
    state: () => ({
      ...next,
      aside: coins
        .all()
        .map(nameOf)
        .filter((name) => aside.has(name)),
    }),
  }
}

/** The signature of one of the wallet's inputs. */
export function coinJob(transaction: Transaction, inputIndex: number, coin: Coin): JobDraft {
  return {
    path: coin.address.path,
    publicKey: coin.address.publicKey,
    transaction,
    inputIndex,
    script: p2wpkh(coin.address.publicKey),
    amount: coin.value,
  }
}

function compose(
  free: readonly Coin[],
  outputs: readonly TxOut[],
  feerate: number,
  changeAddress: () => OwnAddress,
): Composition {
  const wanted = outputs.reduce((sum, { value }) => sum + value, 0n)
  const fixed = outputs.reduce((sum, { scriptPubKey }) => sum + weights.output(scriptPubKey), 0)
  const changeWeight = weights.output(new Uint8Array(22))
  const spent: Coin[] = []
  let sum = 0n
  for (const coin of [...free].sort((a, b) => Number(b.value - a.value))) {
    spent.push(coin)
    sum += coin.value
    const weight = weights.base + fixed + changeWeight + spent.length * weights.input
    const fee = BigInt(Math.ceil((weight * feerate) / 1000))
    const rest = sum - wanted - fee
    if (rest < dustSats) continue
    const change = changeAddress()
    const changeOutput = { value: sats(rest), scriptPubKey: p2wpkh(change.publicKey) }
    const transaction = unsigned({ inputs: spent, outputs: [...outputs, changeOutput] })
    return { transaction, spent, fee: sats(fee), change }
  }
  throw new LdkError(`the wallet has ${sum} sat, and ${wanted} sat with fees are wanted`)
}
