import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { createPsbt, type PsbtInput } from '@boltwarden/core/bitcoin/psbt'
import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { digest, txid } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { payloadId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { sats } from '@boltwarden/core/units'
import { contradictions } from '@boltwarden/policy/facts/psbt-claims'
import { tweakKey } from '@boltwarden/policy/facts/tweaks'
import { maxBatchJobs } from '@boltwarden/policy/policy'
import { isTag, tags } from '@boltwarden/policy/tags'
import { describe, expect, test } from 'vitest'
import { SimulatedChannel } from './channel/simulated-channel.ts'
import {
  asking,
  change,
  coin,
  pays,
  receive,
  scriptOf,
  spendingTransaction,
  walletJob,
} from './onchain.ts'
import { Signer } from './signer.ts'

const script = Uint8Array.of(0x51)
const amount = sats(1000n)

function spending(from: Transaction, vout: number): Transaction {
  const input = { txid: transactionId(from), vout, scriptSig: new Uint8Array(), sequence: 0 }
  const outputs = [{ value: sats(900n), scriptPubKey: p2wsh(script) }]
  return { version: 2, inputs: [{ ...input, witness: [] }], outputs, locktime: 0 }
}

const coinbase: Transaction = {
  version: 2,
  inputs: [
    {
      txid: txid(new Uint8Array(32)),
      vout: 0,
      scriptSig: new Uint8Array(),
      sequence: 0,
      witness: [],
    },
  ],
  outputs: [{ value: amount, scriptPubKey: p2wsh(script) }],
  locktime: 0,
}

/** What a PSBT of a transaction that spends output `vout` of `coinbase` contradicts. */
function found(claims: Partial<PsbtInput>, vout = 0): readonly string[] {
  const witnessUtxo = { value: amount, scriptPubKey: p2wsh(script) }
  const psbt = createPsbt(spending(coinbase, vout), [{ witnessUtxo }])
  const inputs = [{ records: [], ...claims }]
  return contradictions({ ...psbt, inputs }, { inputIndex: 0, sighash: 'all', script, amount })
}

describe('what a PSBT claims', () => {
  test('nothing, or the whole spent transaction, does not contradict', () => {
    expect(found({})).toEqual([])
    expect(found({ nonWitnessUtxo: coinbase })).toEqual([])
  })

  test('another spent transaction contradicts', () => {
    expect(found({ nonWitnessUtxo: { ...coinbase, locktime: 1 } })).toEqual([
      'the PSBT shows another transaction than the one whose output is spent',
    ])
  })

  test('a spent transaction without the output contradicts', () => {
    expect(found({ nonWitnessUtxo: coinbase }, 1)).toEqual([
      'the PSBT shows a transaction without the spent output',
    ])
  })

  test('another amount, script and type contradict, each once', () => {
    const witnessUtxo = { value: sats(1n), scriptPubKey: p2wsh(Uint8Array.of(0x52)) }
    const witnessScript = Uint8Array.of(0x52)
    expect(found({ witnessUtxo, witnessScript, sighashType: 2 })).toEqual([
      'the PSBT shows 1 sat, the job 1000 sat',
      'the PSBT shows another output script than the job',
      'the PSBT shows another witness script than the job',
      'the PSBT shows another sighash type than the message',
    ])
  })
})

describe('what is signed on the chain', () => {
  const signer = new Signer(new Uint8Array(32).fill(6), 'REGTEST')

  test('is nothing of a question for a point, or of more jobs than any policy allows', () => {
    const channel = new SimulatedChannel(signer.keys, { type: 'anchors', funder: 'holder' })
    expect(signer.facts(channel.point(0))).toMatchObject({ jobs: [], onchain: [] })
    const purse = coin('purse', 1_000_000n)
    const home = pays(999_000n, scriptOf(signer, change(0)))
    const job = walletJob(signer, receive(0), spendingTransaction([purse], [home]), purse)
    expect(signer.facts(asking([job])).onchain).toHaveLength(1)
    const jobs = Array.from({ length: maxBatchJobs + 1 }, () => job)
    expect(signer.facts(asking(jobs))).toMatchObject({ jobs: [], onchain: [] })
  })
})

describe('tweaks', () => {
  const one = Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0))
  const job: SigningJob = {
    id: payloadId('p'),
    path: 'm/3/7/1',
    message: digest(new Uint8Array(32)),
    isRaw: true,
  }
  const tweaked = (tweaks: Partial<SigningJob>) =>
    tweakKey(portable.publicKey(one), { ...job, ...tweaks }, portable)

  test('that leave no key are a problem, not an exception', () => {
    const addTweak = hexToBytes('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140')
    expect(tweaked({ addTweak })).toEqual({
      publicKey: undefined,
      problems: ['the tweaks leave no key'],
    })
  })

  test('that are no scalars are problems, each by its name', () => {
    const addTweak = new Uint8Array(31).fill(1)
    const mulTweak = new Uint8Array(32)
    expect(tweaked({ addTweak, mulTweak })).toEqual({
      publicKey: undefined,
      problems: [
        'the mul tweak is 0 or not below the order of the curve',
        'the add tweak has 31 bytes, not 32',
      ],
    })
  })
})

test('tags are known by name', () => {
  expect(tags.every(isTag)).toBe(true)
  expect(isTag('policy-other')).toBe(false)
})
