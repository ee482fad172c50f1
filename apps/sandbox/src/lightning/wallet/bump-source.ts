import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { parsePsbt } from '@boltwarden/core/bitcoin/psbt'
import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import {
  OutPoint,
  Result_CVec_UtxoZNoneZ,
  Result_CVec_u8ZNoneZ,
  Result_TransactionNoneZ,
  TxOut,
  Utxo,
  WalletSource,
} from 'lightningdevkit'
import type { OwnAddress } from '../../channel/claims.ts'
import { guarded } from '../ldk/guarded.ts'
import { coinJob, type Wallet } from './wallet.ts'
import { p2wpkhWitness, withWitnesses } from './witness.ts'

/** Weight of a P2WPKH input's script and witness, as LDK counts it. */
const satisfactionWeight = 4n + 1n + 1n + 72n + 33n + 1n

/**
 * Lets LDK spend the wallet's coins for fees of anchor channels. The change address stays the same:
 * a new one for each attempt would change what is to be signed each time, and the signature that
 * comes later would never fit.
 */
export function createBumpSource(wallet: Wallet, report: (fault: unknown) => void): WalletSource {
  const change: { address?: OwnAddress } = {}
  const changeScript = () => {
    change.address ??= wallet.newAddress(1)
    return p2wpkh(change.address.publicKey)
  }
  return WalletSource.new_impl({
    list_confirmed_utxos: guarded(report, Result_CVec_UtxoZNoneZ.constructor_err, () =>
      Result_CVec_UtxoZNoneZ.constructor_ok(
        wallet
          .free()
          .map((coin) =>
            Utxo.constructor_new(
              OutPoint.constructor_new(coin.txid, coin.vout),
              TxOut.constructor_new(coin.value, p2wpkh(coin.address.publicKey)),
              satisfactionWeight,
            ),
          ),
      ),
    ),
    get_change_script: guarded(report, Result_CVec_u8ZNoneZ.constructor_err, () =>
      Result_CVec_u8ZNoneZ.constructor_ok(changeScript()),
    ),
    sign_psbt: guarded(report, Result_TransactionNoneZ.constructor_err, (psbt) => {
      const signed = signOwnInputs(wallet, psbt)
      if (signed === undefined) return Result_TransactionNoneZ.constructor_err()
      return Result_TransactionNoneZ.constructor_ok(signed)
    }),
  })
}

/** The PSBT's transaction with the witnesses of the wallet's inputs, and of no others. */
function signOwnInputs(wallet: Wallet, psbt: Uint8Array): Uint8Array | undefined {
  const parsed = parsePsbt(psbt)
  if (!parsed.ok) throw new RangeError(`"psbt" ${parsed.error.message}`)
  const { transaction } = parsed.value
  const own = transaction.inputs.flatMap((input, at) => {
    const coin = wallet.coins.find(input)
    return coin ? [{ coin, at }] : []
  })
  const signatures = wallet.signing(own.map(({ coin, at }) => coinJob(transaction, at, coin)))
  if (signatures === undefined) return undefined
  const witnesses: (readonly Uint8Array[] | undefined)[] = transaction.inputs.map(() => undefined)
  own.forEach(({ coin, at }, place) => {
    const signature = signatures[place]
    if (signature) witnesses[at] = p2wpkhWitness(signature, coin.address.publicKey)
  })
  return serialiseTransaction(withWitnesses(transaction, witnesses))
}
