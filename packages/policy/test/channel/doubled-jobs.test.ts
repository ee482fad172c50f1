import { payloadId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, commit, opened, stage } from './play.ts'
import type { Change } from './simulated-channel.ts'

const pushMsat = 400_000_000n

/** Moves satoshis of ours to the counterparty. */
const taking = (taken: bigint): Change => ({
  parameters: (it) => ({
    ...it,
    toRemoteMsat: it.toRemoteMsat - taken * 1000n,
    toLocalMsat: it.toLocalMsat + taken * 1000n,
  }),
})

const again = (job: SigningJob): SigningJob => ({ ...job, id: payloadId(`${job.id}-again`) })

describe.each(['static-remotekey', 'anchors'] as const)('with %s', (type) => {
  test.each(['holder', 'counterparty'] as const)(
    'opened by the %s, an HTLC that two jobs sign explains its amount once',
    (funder) => {
      const { channel, signer } = opened({ type, funder, pushMsat })
      channel.add('outgoing', 60_000n, 'a')
      const jobs = channel.commitmentJobs(channel.next, taking(60_000n))
      const doubled = channel.sign([...jobs, ...jobs.slice(1).map(again)])
      const found = outcome(signer.decide(doubled))
      expect(found[0]).toBe('decline')
      expect(found).toContain('policy-routing-deltas-only-htlc')
      expect(found).toContain('policy-lightspark-batch')
    },
  )

  test('an HTLC that two jobs sign is remembered once, also while observing', () => {
    const { channel, signer } = opened({ type, funder: 'counterparty', pushMsat })
    signer.policy = createPolicy({ mode: 'observe' })
    channel.add('incoming', 60_000n, 'a')
    const jobs = channel.commitmentJobs(channel.next)
    expect(outcome(signer.decide(channel.sign([...jobs, ...jobs.slice(1).map(again)])))).toEqual([
      'decline',
      'policy-lightspark-batch',
    ])
  })

  test('two HTLCs of one hash have a job each', () => {
    const play = opened({ type, funder: 'counterparty', pushMsat })
    play.channel.add('outgoing', 60_000n, 'a')
    play.channel.add('outgoing', 60_000n, 'a')
    commit(play)
    expect(play.signer.channel(play.channel.channel)?.commitments.at(-1)?.htlcs.length).toBe(2)
  })

  test('a commitment that two jobs show with different amounts', () => {
    const play = stage({ type, funder: 'holder', pushMsat, feerate: 50_000 })
    const { channel, signer } = play
    for (const number of [0, 1]) answered(signer, channel.point(number))
    const [job] = channel.commitmentJobs(0)
    if (job?.amount === undefined) throw new RangeError('no job')
    const less = sats(job.amount - 30_000n)
    const lie = channel.fundingJobOf(job, less)
    expect(outcome(signer.decide(channel.sign([job, lie])))).toContain('policy-lightspark-batch')
  })
})
