import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { commitmentNumber, indexOf, sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, commit, opened, type Stage } from './play.ts'

const pushMsat = 400_000_000n
const parent = 'policy-lightspark-htlc-parent'

describe.each(['static-remotekey', 'anchors'] as const)('our own HTLCs with %s', (type) => {
  /** We have signed our own commitment, with a payment each way. */
  const broadcast = (toUs = pushMsat): Stage => {
    const busy = opened({ type, funder: 'counterparty', pushMsat: toUs })
    commit(busy)
    busy.channel.add('outgoing', 60_000n, 'out', 700)
    commit(busy)
    busy.channel.add('incoming', 50_000n, 'in', 650)
    commit(busy)
    expect(outcome(busy.signer.decide(busy.channel.holderCommitment(3)))[0]).toBe('sign')
    return busy
  }

  const ask = ({ signer, channel }: Stage, change: (tx: Transaction) => Transaction) =>
    channel.holderHtlcs(3, change).map((htlc) => outcome(signer.decide(htlc)))

  const paying = (script: Uint8Array) => (tx: Transaction) => ({
    ...tx,
    outputs: tx.outputs.map((output) => ({ ...output, scriptPubKey: script })),
  })

  test('are signed, again and again', () => {
    const busy = broadcast()
    for (const _ of [1, 2]) expect(ask(busy, (tx) => tx)).toEqual([['sign'], ['sign']])
  })

  test('to a script of somebody else', () => {
    const thief = paying(p2wsh(Uint8Array.of(0x51)))
    for (const found of ask(broadcast(), thief)) expect(found).toEqual(['decline', parent])
  })

  test("to another output of the commitment: the counterparty's, or the HTLC itself", () => {
    const busy = broadcast()
    const { outputs } = busy.channel.holderCommitmentOf(3)
    const others = outputs.filter(({ kind }) => kind === 'to-remote' || kind === 'htlc')
    expect(others.length).toBe(3)
    for (const { scriptPubKey } of others) {
      for (const found of ask(busy, paying(scriptPubKey))) {
        expect(found[0]).toBe('decline')
        expect(found).toContain(
          scriptPubKey.length === 34 ? parent : 'policy-lightspark-second-stage',
        )
      }
    }
  })

  test('that leave more to miners than the commitment does', () => {
    const burnt = (by: bigint) => (tx: Transaction) => ({
      ...tx,
      outputs: tx.outputs.map((output) => ({ ...output, value: sats(output.value - by) })),
    })
    for (const found of ask(broadcast(), burnt(40_000n))) {
      expect(found[0]).toBe('decline')
      expect(found).toContain('policy-htlc-fee-range')
    }
    if (type === 'anchors') return
    // The feerate of the commitment is 1,000; a few satoshis are rounding.
    for (const found of ask(broadcast(), burnt(20n))) {
      expect([...new Set(found)]).toEqual(['decline', 'policy-htlc-fee-range'])
    }
  })

  test('whose timeout is not the expiry', () => {
    const at = (locktime: number) => (tx: Transaction) =>
      tx.locktime === 0 ? tx : { ...tx, locktime }
    const locktime = ['decline', 'policy-htlc-locktime']
    expect(ask(broadcast(), at(699))).toContainEqual(locktime)
    expect(ask(broadcast(), at(0))).toContainEqual([
      'decline',
      ...locktime.slice(1),
      ...locktime.slice(1),
    ])
    // With anchors several are joined, and wait for the last.
    const later = ask(broadcast(), at(701))
    expect(later).toContainEqual(type === 'anchors' ? ['sign'] : locktime)
    expect(
      ask(broadcast(), at(11_000_000))[0]?.[0] ?? ask(broadcast(), at(11_000_000)),
    ).toBeDefined()
  })

  test('of another index than their commitment has', () => {
    const busy = broadcast()
    const { signer, channel } = busy
    const state = signer.channel(channel.channel)
    if (state === undefined) throw new RangeError('no channel')
    const next = indexOf(commitmentNumber(4))
    const broadcastAs = state.broadcast.map((signed) => ({ ...signed, index: next }))
    signer.write({ channels: [{ ...state, broadcast: broadcastAs }] })
    for (const found of ask(busy, (tx) => tx)) expect(found).toEqual(['decline', parent])
  })

  test('that are signed with their commitment pay none of its HTLCs', () => {
    const { signer, channel } = opened({ type, funder: 'counterparty', pushMsat: 0n })
    commit({ signer, channel })
    channel.add('incoming', 50_000n, 'in', 650)
    commit({ signer, channel })
    const own = channel.holderCommitmentOf(2).outputs.find(({ kind }) => kind === 'htlc')
    const together = (change: (tx: Transaction) => Transaction) => {
      const all = [channel.holderCommitment(2), ...channel.holderHtlcs(2, change)]
      const jobs = all.flatMap(({ request }) =>
        request.kind === 'derive-key-and-sign' ? request.jobs : [],
      )
      return outcome(signer.decide(channel.sign(jobs)))
    }
    const hostile = together(paying(own?.scriptPubKey ?? new Uint8Array()))
    expect(hostile[0]).toBe('decline')
    expect(hostile).toContain(parent)
    expect(together((tx) => tx)).toEqual(['sign', 'policy-lightspark-holder-commitment'])
  })

  test('where we have no balance pay one that is no other output', () => {
    const busy = opened({ type, funder: 'counterparty', pushMsat: 0n })
    commit(busy)
    busy.channel.add('incoming', 50_000n, 'in', 650)
    commit(busy)
    const { signer, channel } = busy
    expect(outcome(signer.decide(channel.holderCommitment(2)))[0]).toBe('sign')
    const { outputs } = channel.holderCommitmentOf(2)
    for (const htlc of channel.holderHtlcs(2))
      expect(outcome(signer.decide(htlc))).toEqual(['sign'])
    const own = outputs.find(({ kind }) => kind === 'htlc')?.scriptPubKey ?? new Uint8Array()
    for (const htlc of channel.holderHtlcs(2, paying(own))) {
      expect(outcome(signer.decide(htlc))).toEqual(['decline', parent])
    }
  })
})

describe.each(['static-remotekey', 'anchors'] as const)('what is remembered with %s', (type) => {
  const busy = () => {
    const play = opened({ type, funder: 'counterparty', pushMsat })
    play.channel.add('incoming', 50_000n, 'in', 650)
    commit(play)
    return play
  }

  test("of what can be spent: our own commitment's P2WSH outputs, none of the other side's", () => {
    const quiet = opened({ type, funder: 'counterparty', pushMsat })
    expect(answered(quiet.signer, quiet.channel.commitment()).writes.spends).toBeUndefined()
    const { signer, channel } = busy()
    expect(answered(signer, channel.commitment()).writes.spends).toBeUndefined()
    const { writes } = signer.decide(channel.holderCommitment(1))
    const { outputs } = channel.holderCommitmentOf(1)
    const own = outputs.flatMap(({ scriptPubKey, value, kind }) =>
      scriptPubKey.length === 34
        ? [{ purpose: kind.includes('anchor') ? 'anchor' : 'second-stage', amountSats: value }]
        : [],
    )
    expect(own.length).toBe(type === 'anchors' ? 5 : 2)
    expect(writes.spends?.map((spent) => spent.own)).toEqual(own)
  })

  test('of an HTLC transaction by itself: nothing', () => {
    const { signer, channel } = busy()
    expect(outcome(signer.decide(channel.holderCommitment(1)))[0]).toBe('sign')
    const [htlc] = channel.holderHtlcs(1)
    if (htlc === undefined) throw new RangeError('no HTLC')
    expect(answered(signer, htlc).writes.spends).toBeUndefined()
  })
})

describe.each(['static-remotekey', 'anchors'] as const)('expiries with %s', (type) => {
  const busy = () => {
    const play = opened({ type, funder: 'counterparty', pushMsat })
    commit(play)
    return play
  }
  const offer = ({ signer, channel }: Stage, way: 'incoming' | 'outgoing', expiry: number) => {
    channel.add(way, 60_000n, 'a', expiry)
    return [...new Set(outcome(signer.decide(channel.commitment())))]
  }
  const refused = ['decline', 'policy-commitment-htlc-cltv-range']

  test('of a single HTLC that lies beyond any height, or is none', () => {
    expect(offer(busy(), 'outgoing', 10_003_024)).toEqual(['sign'])
    expect(offer(busy(), 'outgoing', 10_003_025)).toEqual(refused)
    expect(offer(busy(), 'outgoing', 499_999_999)).toEqual(refused)
    expect(offer(busy(), 'incoming', 1)).toEqual(['sign'])
    expect(offer(busy(), 'incoming', 0)).toEqual([...refused, 'policy-htlc-locktime'])
  })

  test('far below the highest that the channel has seen', () => {
    const play = busy()
    play.channel.add('outgoing', 60_000n, 'before', 840_000)
    commit(play)
    play.channel.remove('before', 'failed')
    commit(play)
    expect(offer(play, 'incoming', 840_000 - 3025)).toEqual(refused)
    play.channel.removeOldest('failed')
    expect(offer(play, 'incoming', 840_000 - 3024)).toEqual(['sign'])
  })

  test('outlive themselves: an HTLC that is not new is not asked again', () => {
    const play = busy()
    play.channel.add('incoming', 60_000n, 'old', 1000)
    commit(play)
    play.channel.add('incoming', 60_000n, 'new', 4024)
    commit(play)
    answered(play.signer, play.channel.commitment(play.channel.next))
  })
})

describe('a close', () => {
  test('to an address of ours that a job names, within reach and beyond', () => {
    for (const [index, verdict] of [
      [4999, ['sign']],
      [5000, ['decline', 'policy-mutual-destination-allowlisted']],
      [2_000_000_000, ['decline', 'policy-mutual-destination-allowlisted']],
    ] as const) {
      const busy = opened({ type: 'anchors', funder: 'holder', pushMsat })
      commit(busy)
      const { signer, channel } = busy
      signer.policy = createPolicy()
      const script = p2wpkh(signer.keys.publicKey({ purpose: 'destination', index }))
      const close = channel.closing(500n, (tx) => ({
        ...tx,
        outputs: tx.outputs.map((output) =>
          output.value > 500_000n ? { ...output, scriptPubKey: script } : output,
        ),
      }))
      const { request } = close
      if (request.kind !== 'derive-key-and-sign') throw new TypeError('no jobs')
      const jobs = request.jobs.map((job) => ({ ...job, destinationPath: `m/1/${index}` }))
      expect(outcome(signer.decide({ ...close, request: { ...request, jobs } }))).toEqual(verdict)
    }
  })
})
