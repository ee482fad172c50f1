import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { Signer } from '../signer.ts'
import { answered, keys, opened } from './play.ts'
import { SimulatedChannel } from './simulated-channel.ts'

const signed = ['sign', 'policy-lightspark-holder-commitment']

describe.each(['static-remotekey', 'anchors'] as const)('whose commitment it is: %s', (type) => {
  test('that of a channel never seen, without an output for us, is refused as such', () => {
    const channel = new SimulatedChannel(keys, { type, funder: 'counterparty' })
    const judged = outcome(new Signer(keys, 'REGTEST').decide(channel.commitment(0)))
    expect(judged[0]).not.toBe('sign')
    expect(judged).toContain('policy-lightspark-unknown-channel')
  })

  test('our own next one, with all the money on our side, is ours', () => {
    const { signer, channel } = opened({ type, funder: 'holder' })
    answered(signer, channel.point(3))
    answered(signer, channel.release(0))
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toEqual(signed)
  })

  test('our own current one, with nothing on our side, is ours', () => {
    const { signer, channel } = opened({ type, funder: 'counterparty' })
    expect(outcome(signer.decide(channel.holderCommitment(0)))).toEqual(signed)
  })
})
