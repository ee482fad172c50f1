import { commitmentIndex, maxCommitmentIndex, sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, commit, opened, stage } from './play.ts'
import { SimulatedChannel } from './simulated-channel.ts'

const pushMsat = 400_000_000n
const noted = ['sign', 'policy-lightspark-holder-commitment']

describe.each(['static-remotekey', 'anchors'] as const)('our own commitment with %s', (type) => {
  const play = () => opened({ type, funder: 'holder', pushMsat })

  test('whose secret was released is not signed, nor are its HTLCs', () => {
    const busy = play()
    const { signer, channel } = busy
    channel.add('outgoing', 20_000n, 'a')
    commit(busy)
    commit(busy)
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toContain(
      'policy-commitment-holder-not-revoked',
    )
    for (const htlc of channel.holderHtlcs(1)) {
      expect(outcome(signer.decide(htlc))).toContain('policy-commitment-holder-not-revoked')
    }
    expect(outcome(signer.decide(channel.holderCommitment(2)))).toEqual(noted)
  })

  test('that hides another number than the job says is not signed', () => {
    const busy = play()
    const { signer, channel } = busy
    commit(busy)
    const revoked = channel.holderCommitment(0)
    const { request } = revoked
    if (request.kind !== 'derive-key-and-sign') throw new TypeError('no jobs')
    const index = commitmentIndex(maxCommitmentIndex - 1)
    const disguised = { ...request, jobs: request.jobs.map((job) => ({ ...job, index })) }
    expect(outcome(signer.decide({ ...revoked, request: disguised }))).toContain(
      'policy-commitment-holder-not-revoked',
    )
  })

  test('that was signed is not revoked: neither its secret nor one below is released', () => {
    const busy = play()
    const { signer, channel } = busy
    commit(busy)
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toEqual(noted)
    expect(outcome(signer.decide(channel.point(3)))[0]).toBe('sign')
    expect(outcome(signer.decide(channel.release(1)))).toEqual([
      'decline',
      'policy-lightspark-release-order',
    ])
    answered(signer, channel.release(0))
  })

  test('of a number with another transaction is not signed', () => {
    const busy = play()
    const { signer, channel } = busy
    expect(outcome(signer.decide(channel.holderCommitment(0)))).toEqual(noted)
    const other = channel.holderCommitment(0, (tx) => ({
      ...tx,
      outputs: tx.outputs.toReversed(),
    }))
    expect(outcome(signer.decide(other))).toEqual([
      'decline',
      'policy-commitment-retry-same',
      'policy-lightspark-holder-commitment',
    ])
  })

  test('takes nothing: limits on what leaves do not stand in the way of a force close', () => {
    const busy = play()
    const { signer, channel } = busy
    channel.add('outgoing', 20_000n, 'a')
    commit(busy)
    signer.policy = createPolicy({
      payments: { hourlySats: sats(1n), dailySats: sats(1n), receiveOnly: true },
    })
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toEqual(noted)
    for (const htlc of channel.holderHtlcs(1)) {
      expect(outcome(signer.decide(htlc))).toEqual(['sign'])
    }
  })

  test.each([
    ['dearer', 1000, 30_000],
    ['cheaper', 30_000, 1000],
  ])('that is %s than the one of the other side is ours', (_name, before, after) => {
    const busy = play()
    const { signer, channel } = busy
    channel.agreement = { ...channel.agreement, feerate: before }
    commit(busy)
    answered(signer, channel.point(3))
    answered(signer, channel.release(1))
    channel.agreement = { ...channel.agreement, feerate: after }
    expect(outcome(signer.decide(channel.holderCommitment(2)))).toEqual(noted)
  })

  test('pays up to the highest feerate, its HTLCs counted', () => {
    const busy = play()
    const { signer, channel } = busy
    channel.add('outgoing', 20_000n, 'a')
    channel.add('incoming', 20_000n, 'b')
    commit(busy)
    const bound = (maxFeeratePerKw: number) =>
      createPolicy({ channels: { maxFeeratePerKw, maxTrimmedSats: sats(0n) } })
    // All scripts but one may be HTLCs, so that the bound is above the true one with anchors.
    signer.policy = bound(700)
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toEqual([
      'decline',
      'policy-commitment-fee-range',
      'policy-lightspark-holder-commitment',
    ])
    signer.policy = bound(1000)
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toEqual(noted)
  })

  test('that is signed again is remembered once, as it was', () => {
    const busy = play()
    const { signer, channel } = busy
    channel.add('incoming', 20_000n, 'a')
    commit(busy)
    answered(signer, channel.commitment(1))
    expect(outcome(signer.decide(channel.holderCommitment(1)))).toEqual(noted)
    const signed = signer.channel(channel.channel)
    expect(signed?.broadcast).toHaveLength(1)
    for (const again of [channel.commitment(1), channel.holderCommitment(1)]) {
      expect(signer.decide(again)).toMatchObject({ decision: { verdict: 'sign' } })
      expect(signer.channel(channel.channel)).toEqual(signed)
    }
  })

  test('can be left to the owner', () => {
    const { signer, channel } = play()
    signer.policy = createPolicy({ severities: { 'policy-lightspark-holder-commitment': 'hold' } })
    expect(outcome(signer.decide(channel.holderCommitment(0)))).toEqual([
      'hold',
      'policy-lightspark-holder-commitment',
    ])
  })

  test('whose HTLCs are signed only once it is', () => {
    const busy = play()
    const { signer, channel } = busy
    channel.add('incoming', 20_000n, 'a')
    commit(busy)
    const [htlc] = channel.holderHtlcs(1)
    if (htlc === undefined) throw new RangeError('no HTLC')
    expect(outcome(signer.decide(htlc))).toEqual(['decline', 'policy-lightspark-htlc-parent'])
  })
})

describe('points and secrets', () => {
  test('a point three past the next is refused, two past is given', () => {
    const { signer, channel } = opened({ type: 'anchors', funder: 'holder' })
    answered(signer, channel.point(3))
    expect(outcome(signer.decide(channel.point(4)))).toEqual([
      'decline',
      'policy-optional-fail-fast',
    ])
    signer.policy = createPolicy({ channels: { lookAheadPoints: 3 } })
    answered(signer, channel.point(4))
  })

  test('no further secret is released after a close was signed', () => {
    const play = opened({ type: 'anchors', funder: 'holder' })
    const { signer, channel } = play
    commit(play)
    answered(signer, channel.closing(500n))
    answered(signer, channel.release(0))
    answered(signer, channel.point(3))
    expect(outcome(signer.decide(channel.release(1)))).toEqual([
      'decline',
      'policy-revoke-not-closed',
    ])
  })
})

describe('a channel in the middle of its life', () => {
  /** A channel of a node that changed its signer after three commitments. */
  const inherited = (choices: Parameters<typeof createPolicy>[0]) => {
    const { signer } = stage({ type: 'anchors', funder: 'holder' })
    signer.policy = createPolicy(choices)
    const channel = new SimulatedChannel(signer.keys, {
      type: 'anchors',
      funder: 'holder',
      pushMsat,
    })
    channel.next = 3
    channel.add('outgoing', 50_000n, 'before', 600)
    return { signer, channel }
  }

  test('is refused secrets and signatures', () => {
    const { signer, channel } = inherited({})
    expect(outcome(signer.decide(channel.point(5)))).toEqual(['sign'])
    expect(outcome(signer.decide(channel.release(2)))).toEqual([
      'decline',
      'policy-lightspark-release-before-point',
      'policy-lightspark-unknown-channel',
    ])
    expect(outcome(signer.decide(channel.commitment()))).toContain(
      'policy-lightspark-unknown-channel',
    )
    expect(signer.channel(channel.channel)).toBeUndefined()
  })

  test('is adopted where the owner says so, and then held to every rule', () => {
    const play = inherited({ channels: { adopt: true } })
    const { signer, channel } = play
    commit(play)
    expect(signer.channel(channel.channel)).toMatchObject({
      origin: 'adopted',
      funding: { commitmentType: 'anchors', amountSats: 1_000_000n },
      commitments: [{ number: 3 }],
    })
    signer.policy = createPolicy()
    channel.remove('before', 'paid')
    commit(play)
    const stolen = channel.commitment(5, {
      parameters: (it) => ({
        ...it,
        toRemoteMsat: it.toRemoteMsat - 90_000_000n,
        toLocalMsat: it.toLocalMsat + 90_000_000n,
      }),
    })
    expect(outcome(signer.decide(stolen))).toEqual(['decline', 'policy-routing-deltas-only-htlc'])
    expect(outcome(signer.decide(channel.release(7)))[0]).toBe('decline')
  })

  test('is adopted where it gives points: the first secret is at most three behind', () => {
    const { signer, channel } = inherited({ channels: { adopt: true } })
    answered(signer, channel.point(6))
    expect(outcome(signer.decide(channel.release(2)))).toEqual([
      'decline',
      'policy-lightspark-release-order',
    ])
    answered(signer, channel.release(3))
  })

  test('is adopted at a point: no commitment of ours has a later one', () => {
    const { signer, channel } = inherited({ channels: { adopt: true } })
    answered(signer, channel.point(5))
    expect(outcome(signer.decide(channel.holderCommitment(6)))).toEqual([
      'decline',
      'policy-commitment-retry-same',
      'policy-lightspark-holder-commitment',
    ])
    expect(outcome(signer.decide(channel.holderCommitment(5)))).toEqual(noted)
  })

  test('is counted from when it is adopted: what was offered before is not, what comes is', () => {
    const play = inherited({ channels: { adopt: true } })
    const { signer, channel } = play
    commit(play)
    expect(signer.node().lightningOut).toEqual([])
    channel.add('outgoing', 20_000n, 'after')
    commit(play)
    expect(signer.node().lightningOut).toMatchObject([{ sats: 20_000n }])
  })

  test('is adopted while observing, and what would be refused is said', () => {
    const play = inherited({ mode: 'observe' })
    const { signer, channel } = play
    expect(outcome(signer.decide(channel.commitment()))).toEqual([
      'sign',
      'policy-lightspark-unknown-channel',
    ])
    answered(signer, channel.point(5))
    answered(signer, channel.release(2))
    answered(signer, channel.commitment())
    channel.next = 4
    const jump = signer.decide(channel.commitment(9))
    expect(outcome(jump)).toEqual(['sign', 'policy-commitment-retry-same'])
    // What is mandatory stays so.
    expect(outcome(signer.decide(channel.release(9)))[0]).toBe('decline')
  })
})
