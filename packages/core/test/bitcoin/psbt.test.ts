import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import {
  createPsbt,
  type Psbt,
  type PsbtRecord,
  parsePsbt,
  serialisePsbt,
} from '@boltwarden/core/bitcoin/psbt'
import { serialiseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { publicKey, txid } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unsignedTransaction } from './arbitrary-transaction.ts'
import { okValue } from './vectors.ts'

const key = publicKey(new Uint8Array(33).fill(2))
const output = { value: sats(1000n), scriptPubKey: p2wpkh(key) }

function spending(id: Uint8Array, vout: number): Transaction {
  const input = { txid: txid(id), vout, scriptSig: new Uint8Array(), sequence: 0, witness: [] }
  return { version: 2, inputs: [input], outputs: [output], locktime: 0 }
}

const transaction = spending(new Uint8Array(32), 0)
const psbt = createPsbt(transaction, [{ witnessUtxo: output }])

const record = (type: number, key: string, value: string): PsbtRecord => ({
  type,
  keyData: hexToBytes(key),
  value: hexToBytes(value),
})
const withInput = (...records: PsbtRecord[]): Psbt => ({
  ...psbt,
  inputs: [{ records: [...(psbt.inputs[0]?.records ?? []), ...records] }],
})
const withGlobal = (...records: PsbtRecord[]): Psbt => ({ ...psbt, records })
const withOutput = (...records: PsbtRecord[]): Psbt => ({ ...psbt, outputs: [records] })

const point = `02${'11'.repeat(32)}`

describe('records', () => {
  test.each<[string, Psbt]>([
    ['a version 0', withGlobal(record(0xfb, '', '00000000'))],
    ['a proprietary record', withGlobal(record(0xfc, '0161', 'ff'))],
    ['an unknown record with a long type', withGlobal(record(0x1_0000, 'aa', 'bb'))],
    ['a partial signature', withInput(record(0x02, point, '3006020101020101'))],
    [
      'a partial signature of an uncompressed key',
      withInput(record(0x02, `04${'11'.repeat(64)}`, '30')),
    ],
    ['a final witness', withInput(record(0x08, '', '0101ff'))],
    ['a preimage', withInput(record(0x0b, '22'.repeat(32), 'ff'))],
    ['a key origin', withInput(record(0x06, point, '0000000001000000'))],
    ['a taproot record', withInput(record(0x13, '', 'ff'))],
    ['a key origin of an output', withOutput(record(0x02, point, '00000000'))],
  ])('kept: %s', (_, changed) => {
    const read = okValue(parsePsbt(serialisePsbt(changed)))
    expect(serialisePsbt(read)).toEqual(serialisePsbt(changed))
    expect(read.records).toEqual(changed.records)
    expect(read.inputs[0]?.records).toEqual(changed.inputs[0]?.records)
    expect(read.outputs).toEqual(changed.outputs)
  })

  test.each<[string, Psbt, string]>([
    ['another version', withGlobal(record(0xfb, '', '02000000')), 'version is not 0'],
    ['a version 2 global record', withGlobal(record(0x02, '', '02000000')), 'version 2'],
    ['a version 2 input record', withInput(record(0x0e, '', '00'.repeat(32))), 'version 2'],
    ['a version 2 output record', withOutput(record(0x03, '', '00'.repeat(8))), 'version 2'],
    ['a doubled key', withInput(record(0x01, '', '00')), 'key twice'],
    ['an extended key of another length', withGlobal(record(0x01, '00', '00000000')), 'XPUB'],
    ['a preimage under a short hash', withInput(record(0x0a, '22', 'ff')), '20 bytes of key data'],
    ['a malformed final witness', withInput(record(0x08, '', '02')), 'SCRIPTWITNESS'],
    ['a final witness with key data', withInput(record(0x08, '00', '00')), 'SCRIPTWITNESS'],
    ['a signature that is empty', withInput(record(0x02, point, '')), 'malformed value'],
    ['a signature that is too long', withInput(record(0x02, point, '00'.repeat(74))), 'malformed'],
    ['a key origin of 3 bytes', withInput(record(0x06, point, '000000')), 'malformed value'],
    ['a key origin of no key', withInput(record(0x06, '05', '00000000')), 'no public key'],
    ['a sighash type of 5 bytes', withInput(record(0x03, '', '0100000000')), 'left over'],
    ['another transaction as the UTXO', withInput(record(0x00, '', '00')), 'non-witness UTXO'],
  ])('refused: %s', (_, changed, message) => {
    expect(parsePsbt(serialisePsbt(changed))).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    })
  })

  test('a key type that is not minimal', () => {
    const bytes = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff, 3, 0xfd, 0x10, 0, 0, 0)
    expect(parsePsbt(bytes)).toMatchObject({
      error: { message: expect.stringContaining('PSBT key') },
    })
  })
})

describe('properties', () => {
  test('no bytes make it throw, and truncations are refused', () => {
    const bytes = serialisePsbt(psbt)
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.uint8Array(), (length, noise) => {
        expect(parsePsbt(bytes.subarray(0, length)).ok).toBe(false)
        expect(parsePsbt(Uint8Array.of(...bytes.subarray(0, length), ...noise))).toHaveProperty(
          'ok',
        )
      }),
    )
  })

  test('raw or PSBT, the transaction is the same', () => {
    fc.assert(
      fc.property(unsignedTransaction, (any) => {
        const made = createPsbt(
          any,
          any.inputs.map(() => ({ witnessUtxo: output })),
        )
        const raw = okValue(parseUnsignedTransaction(serialiseTransaction(any)))
        const wrapped = okValue(parseUnsignedTransaction(serialisePsbt(made)))
        expect(raw).toEqual({ transaction: any })
        expect(wrapped).toEqual({ transaction: any, psbt: made })
      }),
    )
  })

  test('neither', () => {
    expect(parseUnsignedTransaction(hexToBytes('70736274ff')).ok).toBe(false)
    expect(parseUnsignedTransaction(hexToBytes('70736274fe')).ok).toBe(false)
  })
})
