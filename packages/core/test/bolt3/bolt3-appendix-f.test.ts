import { buildCommitment } from '@boltwarden/core/bolt3/commitment-transaction'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import {
  type AppendixCase,
  type AppendixCommon,
  parametersOf,
  signCommitment,
  signHtlcTransactions,
} from './appendix-commitment.ts'

const vectors = readVectors<{
  source: string
  common: AppendixCommon
  cases: (AppendixCase & { dustLimitSats: string })[]
}>('bolt3-appendix-f/vectors.json')
const { common } = vectors

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', (c) => {
    const parameters = parametersOf('anchors', common, c, sats(BigInt(c.dustLimitSats)))
    const commitment = buildCommitment(parameters)
    expect(signCommitment(common, commitment)).toEqual({
      transaction: c.transaction,
      remote: `${c.remoteSignatureDer}01`,
    })
    expect(signHtlcTransactions(common, parameters, commitment)).toEqual(
      c.htlcTransactions.map((htlc) => ({
        transaction: htlc.transaction,
        remote: `${htlc.remoteSignatureDer}83`,
      })),
    )
  })
})
