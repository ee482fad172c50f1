import { type SighashType, scriptCode, sighashFlag } from '@boltwarden/core/bitcoin/bip143'
import { p2wpkhOfHash, p2wsh, publicKeyHashOf } from '@boltwarden/core/bitcoin/output-script'
import type { Psbt } from '@boltwarden/core/bitcoin/psbt'
import { type Transaction, type TxOut, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { equalBytes, type Txid } from '@boltwarden/core/bytes'
import type { Sats } from '@boltwarden/core/units'

/** What a job says of the output it spends, and how it signs. */
export type Spending = {
  readonly inputIndex: number
  readonly sighash: SighashType
  readonly script: Uint8Array
  readonly amount: Sats
}

/**
 * Where a PSBT says otherwise than the job it came with. What it does not say is no contradiction:
 * the digest already binds transaction, script and amount.
 *
 * @param idOf - a transaction's id, for those who ask again and again.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0174.mediawiki
 */
export function contradictions(
  psbt: Psbt,
  spending: Spending,
  idOf: (transaction: Transaction) => Txid = transactionId,
): readonly string[] {
  const claims = psbt.inputs[spending.inputIndex]
  const input = psbt.transaction.inputs[spending.inputIndex]
  if (claims === undefined || input === undefined) return ['the PSBT lacks the input']
  const { nonWitnessUtxo, witnessUtxo, witnessScript, sighashType } = claims
  const problems: string[] = []
  if (nonWitnessUtxo !== undefined && !equalBytes(idOf(nonWitnessUtxo), input.txid)) {
    problems.push('the PSBT shows another transaction than the one whose output is spent')
  } else if (nonWitnessUtxo !== undefined) {
    problems.push(...differences(nonWitnessUtxo.outputs[input.vout], spending))
  }
  if (witnessUtxo !== undefined) problems.push(...differences(witnessUtxo, spending))
  if (witnessScript !== undefined && !sameScript(witnessScript, spending.script)) {
    problems.push('the PSBT shows another witness script than the job')
  }
  if (sighashType !== undefined && sighashType !== sighashFlag[spending.sighash]) {
    problems.push('the PSBT shows another sighash type than the message')
  }
  return [...new Set(problems)]
}

function differences(output: TxOut | undefined, spending: Spending): readonly string[] {
  if (output === undefined) return ['the PSBT shows a transaction without the spent output']
  const problems: string[] = []
  if (output.value !== spending.amount) {
    problems.push(`the PSBT shows ${output.value} sat, the job ${spending.amount} sat`)
  }
  if (!equalBytes(output.scriptPubKey, outputScript(spending.script))) {
    problems.push('the PSBT shows another output script than the job')
  }
  return problems
}

function outputScript(script: Uint8Array): Uint8Array {
  const publicKeyHash = publicKeyHashOf(script)
  return publicKeyHash === undefined ? p2wsh(script) : p2wpkhOfHash(publicKeyHash)
}

function sameScript(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(scriptCode(a), scriptCode(b))
}
