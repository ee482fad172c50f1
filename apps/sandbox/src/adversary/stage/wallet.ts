import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { type Sats, sats } from '@boltwarden/core/units'
import type { OwnAddress } from '../../channel/claims.ts'
import type { JobDraft } from '../../channel/job.ts'
import { unsigned } from '../../channel/spending.ts'
import { l1Address } from '../../walk/player.ts'
import { output } from './forge.ts'
import { type Stage, txidOf } from './stage.ts'

/** An output of the signer's L1 wallet: its address, its name in the stage, its value. */
export type Coin = { readonly address: OwnAddress; readonly name: string; readonly value: Sats }

/** A coin at address `m/84'/c'/0'/0/index`. */
export function coin(stage: Stage, index: number, value: bigint, name = `coin/${index}`): Coin {
  return { address: l1Address(stage.pairing, 0, index), name, value: sats(value) }
}

/** What an L1 payment leaves to miners, where nothing else is said. */
export const walletFee = 300n

/** One job for each coin of an L1 transaction with these outputs. */
export function spending(
  stage: Stage,
  coins: readonly Coin[],
  outputs: readonly TxOut[],
  destinationPath?: string,
): readonly JobDraft[] {
  const transaction = unsigned({
    inputs: coins.map(({ name }) => ({ txid: txidOf(stage, name), vout: 0 })),
    outputs,
  })
  return coins.map(({ address, value }, inputIndex) => ({
    path: address.path,
    publicKey: address.publicKey,
    transaction,
    inputIndex,
    script: p2wpkh(address.publicKey),
    amount: value,
    ...(destinationPath !== undefined && { destinationPath }),
  }))
}

/** Several coins into one change address: what a wallet does to itself. */
export function consolidation(stage: Stage, coins: readonly Coin[]): readonly JobDraft[] {
  const change = l1Address(stage.pairing, 1, 1)
  const total = coins.reduce((sum, { value }) => sum + value, 0n)
  return spending(stage, coins, [output(total - walletFee, p2wpkh(change.publicKey))], change.path)
}
