import { bip143Digest, sighashFlag } from '@boltwarden/core/bitcoin/bip143'
import { createPsbt, parsePsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import {
  parseTransaction,
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { RawTx, Transaction as ScureTransaction } from '@scure/btc-signer'
import { RawPSBTV0 } from '@scure/btc-signer/psbt.js'
import { RawOldTx } from '@scure/btc-signer/script.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyTransaction, unsignedTransaction } from './arbitrary-transaction.ts'
import { okValue } from './vectors.ts'
import { weightOf } from './weight.ts'

/** The same transaction as @scure/btc-signer has it: txids in display order, signed versions. */
function rawOf({ version, inputs, outputs, locktime }: Transaction) {
  return {
    version: version | 0,
    segwitFlag: inputs.some((input) => input.witness.length > 0),
    inputs: inputs.map((input) => ({
      txid: input.txid.toReversed(),
      index: input.vout,
      finalScriptSig: input.scriptSig,
      sequence: input.sequence,
    })),
    outputs: outputs.map(({ value, scriptPubKey }) => ({ amount: value, script: scriptPubKey })),
    witnesses: inputs.map((input) => [...input.witness]),
    lockTime: locktime,
  }
}

const anyScript = {
  allowUnknownInputs: true,
  allowUnknownOutputs: true,
  allowUnknownVersion: true,
  disableScriptCheck: true,
}

describe('@scure/btc-signer 2.4.1', () => {
  test('writes and reads the same bytes', () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        const bytes = serialiseTransaction(transaction)
        const raw = rawOf(transaction)
        const scure = RawTx.encode({
          ...raw,
          witnesses: raw.segwitFlag ? raw.witnesses : undefined,
        })
        expect(bytes).toEqual(scure)
        expect(okValue(parseTransaction(scure))).toEqual(transaction)
        expect(weightOf(transaction)).toBe(3 * RawOldTx.encode(raw).length + scure.length)
      }),
    )
  })

  test('gives the same id and digests', () => {
    fc.assert(
      fc.property(
        unsignedTransaction,
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }),
        (transaction, script, amount) => {
          const scure = ScureTransaction.fromRaw(serialiseTransaction(transaction), anyScript)
          expect(toHex(transactionId(transaction).toReversed())).toBe(scure.id)
          for (const [i] of transaction.inputs.entries()) {
            for (const sighash of ['all', 'single-anyonecanpay'] as const) {
              if (sighash !== 'all' && i >= transaction.outputs.length) continue
              expect(bip143Digest(transaction, i, script, sats(amount), sighash)).toEqual(
                scure.preimageWitnessV0(i, script, sighashFlag[sighash], amount),
              )
            }
          }
        },
      ),
    )
  })

  test('reads the same PSBTs', () => {
    fc.assert(
      fc.property(
        unsignedTransaction,
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        (transaction, witnessScript) => {
          const [witnessUtxo] = transaction.outputs
          if (witnessUtxo === undefined) return
          const fields = { witnessUtxo, witnessScript, sighashType: 1 }
          const made = createPsbt(
            transaction,
            transaction.inputs.map(() => fields),
          )
          const bytes = serialisePsbt(made)
          const scure = RawPSBTV0.decode(bytes)
          expect(RawPSBTV0.encode(scure)).toEqual(bytes)
          for (const input of scure.inputs) {
            expect(input.witnessScript).toEqual(witnessScript)
            expect(input.sighashType).toBe(1)
            expect(input.witnessUtxo).toEqual({
              amount: witnessUtxo.value,
              script: witnessUtxo.scriptPubKey,
            })
          }
          expect(okValue(parsePsbt(bytes))).toEqual(made)
        },
      ),
    )
  })
})
