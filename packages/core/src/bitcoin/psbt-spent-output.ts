import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../bytes.ts'
import { err, ok, type Result } from '../result.ts'
import { isP2wpkh, isP2wsh, p2wsh } from './output-script.ts'
import type { Psbt, PsbtInput } from './psbt.ts'
import { type TxIn, type TxOut, transactionId } from './transaction.ts'

/** What a PSBT says an input spends, after BIP 174's checks of a signer. */
export type SpentOutput = {
  readonly output: TxOut
  /** What BIP 143 hashes: the witness script, or the P2WPKH program. */
  readonly script: Uint8Array
}

/**
 * The segwit v0 output that an input of a PSBT spends. The claims of the PSBT are checked against
 * each other: the UTXO against the outpoint, each script against the hash before it.
 *
 * @param inputIndex - of the PSBT's transaction.
 * @returns the output and the script to hash, or the claim that does not fit.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0174.mediawiki#signer
 */
export function spentOutputOf(psbt: Psbt, inputIndex: number): Result<SpentOutput, string> {
  const input = psbt.transaction.inputs[inputIndex]
  const claims = psbt.inputs[inputIndex]
  if (input === undefined || claims === undefined) return err(`there is no input ${inputIndex}`)
  const utxo = utxoOf(input, claims)
  if (!utxo.ok) return utxo
  const program = programOf(utxo.value.scriptPubKey, claims.redeemScript)
  if (!program.ok) return program
  const script = scriptOf(program.value, claims.witnessScript)
  return script.ok ? ok({ output: utxo.value, script: script.value }) : script
}

function utxoOf(input: TxIn, claims: PsbtInput): Result<TxOut, string> {
  const { witnessUtxo, nonWitnessUtxo } = claims
  if (nonWitnessUtxo === undefined) {
    return witnessUtxo ? ok(witnessUtxo) : err('the spent output is not given')
  }
  if (!equalBytes(transactionId(nonWitnessUtxo), input.txid)) {
    return err('the non-witness UTXO is another transaction')
  }
  const output = nonWitnessUtxo.outputs[input.vout]
  if (output === undefined) return err('the non-witness UTXO has no such output')
  const isSame =
    witnessUtxo === undefined ||
    (witnessUtxo.value === output.value &&
      equalBytes(witnessUtxo.scriptPubKey, output.scriptPubKey))
  return isSame ? ok(output) : err('the witness UTXO and the non-witness UTXO differ')
}

/** The witness program, which P2SH may wrap. */
function programOf(
  scriptPubKey: Uint8Array,
  redeemScript: Uint8Array | undefined,
): Result<Uint8Array, string> {
  if (redeemScript === undefined) return ok(scriptPubKey)
  const p2sh = Uint8Array.of(0xa9, 20, ...ripemd160(sha256(redeemScript)), 0x87)
  return equalBytes(p2sh, scriptPubKey)
    ? ok(redeemScript)
    : err('the redeem script does not match the scriptPubKey')
}

function scriptOf(
  program: Uint8Array,
  witnessScript: Uint8Array | undefined,
): Result<Uint8Array, string> {
  if (isP2wpkh(program)) {
    return witnessScript ? err('a witness script is given for P2WPKH') : ok(program)
  }
  if (!isP2wsh(program)) return err('the spent output is not segwit v0')
  if (witnessScript === undefined) return err('the witness script is not given')
  return equalBytes(p2wsh(witnessScript), program)
    ? ok(witnessScript)
    : err('the witness script does not match the program')
}
