import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { parseTransaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { buildFunding, parseFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { describe, expect, test } from 'vitest'
import { fromDisplayOrder, okValue, readVectors } from '../bitcoin/vectors.ts'

const vectors = readVectors<{
  source: string
  cases: {
    name: string
    localFundingPublicKey: string
    remoteFundingPublicKey: string
    fundingWitnessScript: string
    fundingSats: string
    changeSats: string
    fundingVout: number
    transaction: string
    txid: string
    inputTxid: string
    inputVout: number
  }[]
}>('bolt3-appendix-b/vectors.json')

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', (c) => {
    const local = publicKey(hexToBytes(c.localFundingPublicKey))
    const remote = publicKey(hexToBytes(c.remoteFundingPublicKey))
    const script = buildFunding(remote, local)
    expect(toHex(script)).toBe(c.fundingWitnessScript)
    expect(parseFunding(script)).toEqual({ publicKeys: [local, remote] })

    const transaction = okValue(parseTransaction(hexToBytes(c.transaction)))
    expect(transactionId(transaction)).toEqual(fromDisplayOrder(c.txid))
    expect(transaction.inputs[0]?.txid).toEqual(fromDisplayOrder(c.inputTxid))
    expect(transaction.inputs[0]?.vout).toBe(c.inputVout)
    expect(transaction.outputs[c.fundingVout]).toEqual({
      value: BigInt(c.fundingSats),
      scriptPubKey: p2wsh(script),
    })
    expect(transaction.outputs[1 - c.fundingVout]?.value).toBe(BigInt(c.changeSats))
  })
})
