import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, opened } from './play.ts'

const pushMsat = 400_000_000n

describe.each(['static-remotekey', 'anchors'] as const)('a commitment again, with %s', (type) => {
  test('with an earlier timeout of the same HTLC', () => {
    const { channel, signer } = opened({ type, funder: 'counterparty', pushMsat })
    channel.add('incoming', 60_000n, 'a', 600)
    answered(signer, channel.commitment())
    const before = signer.channel(channel.channel)
    const early = channel.commitment(channel.next, {
      htlcTransaction: (honest) => ({ ...honest, locktime: 1 }),
    })
    expect(outcome(signer.decide(early))).toEqual(['decline', 'policy-lightspark-htlc-parent'])
    answered(signer, channel.commitment())
    expect(signer.channel(channel.channel)).toEqual(before)
  })
})
