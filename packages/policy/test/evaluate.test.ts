import { digest } from '@boltwarden/core/bytes'
import { createPolicy, type PolicyChoices } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { answered, opened } from './channel/play.ts'
import { hash, outcome } from './honest.ts'
import {
  asking,
  asPsbt,
  coin,
  pays,
  receive,
  scriptOf,
  spendingTransaction,
  stranger,
  walletJob,
} from './onchain.ts'
import { Signer } from './signer.ts'

describe('what would pass by itself', () => {
  const tag = 'policy-commitment-previous-revoked'

  test.each<readonly [string, PolicyChoices, string]>([
    ['is held by default', {}, 'hold'],
    ['is held where the rule holds', { severities: { [tag]: 'hold' } }, 'hold'],
    ['is signed where the rule only records', { severities: { [tag]: 'warn' } }, 'sign'],
    ['is signed by who observes', { mode: 'observe' }, 'sign'],
  ])('%s', (_name, choices, verdict) => {
    const { signer, channel } = opened({
      type: 'anchors',
      funder: 'holder',
      pushMsat: 400_000_000n,
    })
    answered(signer, channel.commitment(1))
    signer.policy = createPolicy(choices)
    expect(outcome(signer.decide(channel.commitment(2)))).toEqual([verdict, tag])
  })
})

test('a PSBT whose digest is another has that said of it once', () => {
  const signer = new Signer(new Uint8Array(32).fill(8), 'REGTEST')
  const purse = coin('purse', 100_000n)
  const transaction = spendingTransaction([purse], [pays(99_000n, scriptOf(signer, receive(1)))])
  const job = walletJob(signer, receive(0), transaction, purse)
  const lie = pays(1n, stranger(1))
  const psbt = { ...asPsbt(job, transaction, [lie]), message: digest(hash('x')) }
  const { decision } = signer.decide(asking([psbt]))
  const message = 'the message is not the digest of an input of the transaction'
  expect(decision).toEqual({
    verdict: 'decline',
    violations: [{ tag: 'policy-lightspark-sighash', job: psbt.id, message }],
  })
})
