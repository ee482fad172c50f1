import {
  parseTransaction,
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { txid } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import scripts from '../../../vectors/bitcoin-core/script-tests.json' with { type: 'json' }
import refused from '../../../vectors/bitcoin-core/tx-invalid.json' with { type: 'json' }
import accepted from '../../../vectors/bitcoin-core/tx-valid.json' with { type: 'json' }
import { runScripts, type ScriptFlag, scriptFlags } from '../src/chain/script-verification.ts'

// What the sandbox's chain believes of scripts, it believes because of these.

const isFlag = (name: string): name is ScriptFlag => Object.hasOwn(scriptFlags, name)

function bits(names: readonly string[]): number {
  return names.filter(isFlag).reduce((sum, name) => sum | scriptFlags[name], 0)
}

/** The two transactions of a script test: one that creates the output, one that spends it. */
function spending(scriptPubKey: Uint8Array, scriptSig: Uint8Array, value: bigint): Uint8Array {
  const none = { witness: [], sequence: 0xffff_ffff }
  const credit: Transaction = {
    version: 1,
    inputs: [
      { ...none, txid: txid(new Uint8Array(32)), vout: 0xffff_ffff, scriptSig: new Uint8Array(2) },
    ],
    outputs: [{ value: sats(value), scriptPubKey }],
    locktime: 0,
  }
  return serialiseTransaction({
    version: 1,
    inputs: [{ ...none, txid: transactionId(credit), vout: 0, scriptSig }],
    outputs: [{ value: sats(value), scriptPubKey: new Uint8Array() }],
    locktime: 0,
  })
}

function runCase(c: (typeof scripts.cases)[number]): string | undefined {
  const [scriptPubKey, scriptSig] = [hexToBytes(c.scriptPubKey), hexToBytes(c.scriptSig)]
  return runScripts({
    transaction: spending(scriptPubKey, scriptSig, BigInt(c.value)),
    inputIndex: 0,
    scriptSig,
    scriptPubKey,
    witness: c.witness.map(hexToBytes),
    value: sats(BigInt(c.value)),
    flags: bits(c.flags),
  })
}

describe(`${scripts.source}, ${scripts.url}`, () => {
  test('every case that must be refused is refused', () => {
    const wrong = scripts.cases.filter((c) => c.expected !== 'OK' && runCase(c) === undefined)
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  test('every case that must be accepted is accepted', () => {
    const wrong = scripts.cases.filter((c) => c.expected === 'OK' && runCase(c) !== undefined)
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  test('there are enough of both', () => {
    const good = scripts.cases.filter(({ expected }) => expected === 'OK').length
    expect([good, scripts.cases.length - good]).toEqual([163, 147])
  })
})

type Case = (typeof accepted.cases)[number]

/** Why inputs of a transaction fail under some flags. */
function failures({ transaction, spent }: Case, flags: number): readonly string[] {
  const raw = hexToBytes(transaction)
  const parsed = parseTransaction(raw)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.inputs.flatMap((input, inputIndex) => {
    const id = toHex(input.txid.toReversed())
    const output = spent.find((one) => one.txid === id && one.vout === input.vout)
    if (output === undefined) throw new Error(`no output ${id}`)
    const reason = runScripts({
      transaction: raw,
      inputIndex,
      scriptSig: input.scriptSig,
      scriptPubKey: hexToBytes(output.scriptPubKey),
      witness: input.witness,
      value: sats(BigInt(output.value)),
      flags,
    })
    return reason === undefined ? [] : [reason]
  })
}

/** A signature within the script that it satisfies: see `signsItself`. */
const wronglyRefused: readonly string[] = [
  'BIP143: correct sighash (without FindAndDelete) = 71c9cd9b2869b9c70b01b1f0360c148f42dee72297db312638df136f43311f23',
  'BIP143: correct sighash (without FindAndDelete) = c1628a1e7c67f14ca0c27c06e4fdeec2e6d1a73c7a91d7c046ff83e835aebb72',
]

describe(`${accepted.source}, ${accepted.url}`, () => {
  test('every transaction but those named here is accepted under all flags but those its case excludes', () => {
    const allBut = (excluded: readonly string[]) => {
      // A rule that builds on another goes with it.
      const without = new Set(excluded)
      if (without.has('P2SH')) without.add('WITNESS')
      return bits(Object.keys(scriptFlags).filter((name) => !without.has(name)))
    }
    const wrong = accepted.cases.filter((c) => failures(c, allBut(c.flags)).length > 0)
    expect(wrong.map(({ name }) => name)).toEqual(wronglyRefused)
  })
})

describe(`${refused.source}, ${refused.url}`, () => {
  test('every transaction is refused under the flags of its case', () => {
    const wrong = refused.cases.filter((c) => failures(c, bits(c.flags)).length === 0)
    expect(wrong.map(({ name }) => name)).toEqual([])
  })
})
