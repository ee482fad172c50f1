import { obscuringFactorOf } from '@boltwarden/core/bolt3/commitment-number'
import { buildCommitment } from '@boltwarden/core/bolt3/commitment-transaction'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import {
  type AppendixCase,
  type AppendixCommon,
  fundingScriptOf,
  parametersOf,
  signCommitment,
  signHtlcTransactions,
} from './appendix-commitment.ts'

type Case = AppendixCase & {
  baseFeeSats?: string
  htlcOutputs: { htlc: number; direction: string; amountSats: string; witnessScript: string }[]
  toLocal?: { amountSats: string; witnessScript: string } | null
  toRemoteSats?: string | null
}
const vectors = readVectors<{
  source: string
  common: AppendixCommon & { dustLimitSats: string; obscuringFactor: string }
  cases: Case[]
}>('bolt3-appendix-c/vectors.json')
const { common } = vectors

describe(vectors.source, () => {
  test('funding script', () => {
    expect(toHex(fundingScriptOf(common))).toBe(common.fundingWitnessScript)
  })

  test('obscuring factor', () => {
    const [opener, accepter] = [common.localPaymentBasepoint, common.remotePaymentBasepoint].map(
      (text) => publicKey(hexToBytes(text)),
    )
    if (!opener || !accepter) throw new Error('basepoints are missing')
    expect(obscuringFactorOf(opener, accepter).toString(16)).toBe(common.obscuringFactor)
  })

  test.each(vectors.cases)('$name', (c) => {
    const dustLimit = sats(BigInt(common.dustLimitSats))
    const parameters = parametersOf('static-remotekey', common, c, dustLimit)
    const commitment = buildCommitment(parameters)

    if (c.baseFeeSats !== undefined) expect(commitment.baseFee).toBe(BigInt(c.baseFeeSats))
    expect(signCommitment(common, commitment)).toEqual({
      transaction: c.transaction,
      remote: `${c.remoteSignatureDer}01`,
    })
    expect(signHtlcTransactions(common, parameters, commitment)).toEqual(
      c.htlcTransactions.map((htlc) => ({
        transaction: htlc.transaction,
        remote: `${htlc.remoteSignatureDer}01`,
      })),
    )
  })

  test.each(vectors.cases)('outputs of $name', (c) => {
    const dustLimit = sats(BigInt(common.dustLimitSats))
    const { outputs } = buildCommitment(parametersOf('static-remotekey', common, c, dustLimit))
    const scripts = (kind: string) =>
      outputs
        .filter((output) => output.kind === kind)
        .map(({ value, witnessScript }) => [`${value}`, witnessScript && toHex(witnessScript)])
    expect(scripts('htlc').sort()).toEqual(
      c.htlcOutputs.map((output) => [output.amountSats, output.witnessScript]).sort(),
    )
    // One case states only its HTLC outputs; its transaction is compared above all the same.
    if (c.toLocal === undefined || c.toRemoteSats === undefined) return
    expect(scripts('to-local')).toEqual(
      c.toLocal ? [[c.toLocal.amountSats, c.toLocal.witnessScript]] : [],
    )
    expect(scripts('to-remote')).toEqual(c.toRemoteSats ? [[c.toRemoteSats, undefined]] : [])
  })
})
