import { bip143Digest, scriptCode } from '@boltwarden/core/bitcoin/bip143'
import { maxSearchedScriptBytes, SighashSearch } from '@boltwarden/core/bitcoin/sighash-search'
import { parseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { okValue, readVectors } from './vectors.ts'

const vectors = readVectors<{
  source: string
  cases: {
    name: string
    transaction: string
    inputIndex: number
    scriptCode: string
    amountSats: string
    sighashType: number
    digest: string
  }[]
}>('bip143/vectors.json')

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', (c) => {
    const transaction = okValue(parseTransaction(hexToBytes(c.transaction)))
    const script = hexToBytes(c.scriptCode)
    const amount = sats(BigInt(c.amountSats))
    const sighash = c.sighashType === 1 ? 'all' : 'single-anyonecanpay'
    const computed = bip143Digest(transaction, c.inputIndex, script, amount, sighash)
    expect(toHex(computed)).toBe(c.digest)
    const match = { inputIndex: c.inputIndex, sighash, digest: computed }
    expect(new SighashSearch(transaction).find(script, amount, [computed])).toEqual(
      script.length > maxSearchedScriptBytes ? undefined : match,
    )
  })

  test('a P2WPKH scriptPubKey and its script code are the same script', () => {
    const [native] = vectors.cases
    if (native === undefined) throw new Error('no vector')
    const code = hexToBytes(native.scriptCode)
    const scriptPubKey = Uint8Array.of(0, 20, ...code.subarray(3, 23))
    expect(scriptCode(scriptPubKey)).toEqual(code)
    expect(scriptCode(code)).toBe(code)
  })
})
