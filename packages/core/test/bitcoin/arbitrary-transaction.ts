import type { Transaction, TxIn, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { txid } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import fc from 'fast-check'

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

const input: fc.Arbitrary<TxIn> = fc.record({
  txid: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(txid),
  vout: uint32,
  scriptSig: bytes(300),
  sequence: uint32,
  witness: fc.array(bytes(300), { maxLength: 4 }),
})

const output: fc.Arbitrary<TxOut> = fc.record({
  // Eight of them add up to less than 21 million bitcoin.
  value: fc.bigInt({ min: 0n, max: 260_000_000_000_000n }).map(sats),
  scriptPubKey: bytes(300),
})

/** Any transaction, signed or not. */
export const anyTransaction: fc.Arbitrary<Transaction> = fc.record({
  version: uint32,
  inputs: fc.array(input, { minLength: 1, maxLength: 8 }),
  outputs: fc.array(output, { minLength: 1, maxLength: 8 }),
  locktime: uint32,
})

/** Any transaction without scriptSigs and witnesses. */
export const unsignedTransaction: fc.Arbitrary<Transaction> = anyTransaction.map((transaction) => ({
  ...transaction,
  inputs: transaction.inputs.map((i) => ({ ...i, scriptSig: new Uint8Array(), witness: [] })),
}))
