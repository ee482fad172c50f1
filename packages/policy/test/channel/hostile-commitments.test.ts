import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { publicKey } from '@boltwarden/core/bytes'
import { commitmentIndex, feeratePerKw, maxCommitmentIndex, sats } from '@boltwarden/core/units'
import { createPolicy, type PolicyChoices } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { answered, commit, opened, type Stage, stage } from './play.ts'
import type { Change } from './simulated-channel.ts'

const thief = publicKey(Uint8Array.of(2, ...new Uint8Array(32).fill(0x99)))
const toThief = p2wpkh(thief)
const pushMsat = 400_000_000n

/** A channel with one HTLC each way and a balance on both sides, before its commitment 2. */
function busy(type: 'static-remotekey' | 'anchors'): Stage {
  const play = opened({ type, funder: 'holder', pushMsat })
  play.channel.add('outgoing', 20_000n, 'a', 600)
  play.channel.add('incoming', 30_000n, 'b', 610)
  commit(play)
  answered(play.signer, play.channel.release(1 - 1))
  return play
}

/** What becomes of the next commitment once it is changed; unchanged it is signed. */
function changed(play: Stage, change: Change, choices: PolicyChoices = {}): readonly string[] {
  const { signer, channel } = play
  const honest = signer.policy
  signer.policy = createPolicy(choices)
  const found = outcome(signer.decide(channel.commitment(channel.next, change)))
  if (found[0] !== 'sign') {
    signer.policy = honest
    answered(signer, channel.commitment(channel.next))
  }
  return [...new Set(found)]
}

const transaction = (change: (tx: Transaction) => Partial<Transaction>): Change => ({
  transaction: (tx) => ({ ...tx, ...change(tx) }),
})

const outputs = (change: (outputs: readonly TxOut[]) => readonly TxOut[]): Change =>
  transaction((tx) => ({ outputs: change(tx.outputs) }))

const input = (change: Partial<Transaction['inputs'][number]>): Change =>
  transaction(({ inputs }) => ({ inputs: inputs.map((it) => ({ ...it, ...change })) }))

/** Our own output of the simulated channel: the largest but one, or the largest. */
function ourOutput(play: Stage): TxOut {
  const commitment = play.channel.counterpartyCommitment(play.channel.next)
  const output = commitment.outputs.find(({ kind }) => kind === 'to-remote')
  if (output === undefined) throw new RangeError('nothing is ours')
  return output
}

const replaced = (wanted: TxOut, by: (output: TxOut) => readonly TxOut[]): Change =>
  outputs((all) => all.flatMap((output) => (output.value === wanted.value ? by(output) : [output])))

describe.each(['static-remotekey', 'anchors'] as const)('a commitment with %s', (type) => {
  test.each<readonly [string, Change, readonly string[]]>([
    ['version 1', transaction(() => ({ version: 1 })), ['policy-commitment-version']],
    [
      'the locktime of another number',
      transaction(({ locktime }) => ({ locktime: locktime + (locktime % 2 === 0 ? 1 : -1) })),
      ['policy-commitment-locktime', 'policy-commitment-retry-same'],
    ],
    [
      'a locktime of no commitment',
      transaction(() => ({ locktime: 0 })),
      ['policy-commitment-locktime', 'policy-lightspark-key-purpose'],
    ],
    [
      'a sequence of no commitment',
      input({ sequence: 0xffff_fffe }),
      ['policy-commitment-sequence', 'policy-lightspark-key-purpose'],
    ],
    [
      'a second input',
      transaction(({ inputs }) => ({
        inputs: [...inputs, ...inputs.map((it) => ({ ...it, vout: 5 }))],
      })),
      ['policy-commitment-input-single', 'policy-lightspark-key-purpose'],
    ],
    [
      'another output of the funding transaction',
      input({ vout: 0 }),
      ['policy-commitment-input-match-funding'],
    ],
  ])('%s', (_name, change, tags) => {
    const play = opened({ type, funder: 'holder', pushMsat })
    expect(changed(play, change)).toEqual(['decline', ...tags])
  })

  test('to_remote of another key', () => {
    const play = busy(type)
    const tags = changed(
      play,
      replaced(ourOutput(play), ({ value }) => [{ value, scriptPubKey: toThief }]),
    )
    expect(tags[0]).toBe('decline')
    expect(tags).toContain('policy-commitment-countersignatory-pubkey')
    expect(tags).toContain('policy-routing-deltas-only-htlc')
  })

  test('a script where to_remote was, beside HTLCs', () => {
    const play = busy(type)
    const scriptPubKey = p2wsh(Uint8Array.of(0x51))
    const tags = changed(
      play,
      replaced(ourOutput(play), ({ value }) => [{ value, scriptPubKey }]),
    )
    expect(tags).toContain('policy-commitment-no-unrecognized-outputs')
    expect(tags).toContain('policy-routing-deltas-only-htlc')
  })

  test('to_remote in two parts', () => {
    const play = busy(type)
    const tags = changed(
      play,
      replaced(ourOutput(play), (output) => [
        { ...output, value: sats(output.value - 1000n) },
        { ...output, value: sats(1000n) },
      ]),
    )
    expect(tags).toEqual(['decline', 'policy-commitment-singular-to-holder'])
  })

  test('to_remote in the form of the other type', () => {
    const play = opened({ type, funder: 'holder', pushMsat })
    const other = type === 'anchors' ? 'static-remotekey' : 'anchors'
    const tags = changed(play, { parameters: (it) => ({ ...it, type: other }) })
    expect(tags).toContain('policy-commitment-countersignatory-pubkey')
    expect(tags).toContain(
      type === 'anchors'
        ? 'policy-commitment-anchor-to-holder'
        : 'policy-commitment-anchors-not-when-off',
    )
  })

  test.each([
    ['a taproot output', Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(7))],
    ['data', Uint8Array.of(0x6a, 1, 1)],
  ])('%s besides', (_name, scriptPubKey) => {
    const play = busy(type)
    const tags = changed(
      play,
      outputs((all) => [...all, { value: sats(400n), scriptPubKey }]),
    )
    expect(tags).toEqual(['decline', 'policy-commitment-no-unrecognized-outputs'])
  })

  test('an output that is dust', () => {
    const play = busy(type)
    const tags = changed(
      play,
      replaced(ourOutput(play), (output) => [output, { ...output, value: sats(200n) }]),
    )
    expect(tags).toEqual([
      'decline',
      'policy-commitment-outputs-trimmed',
      'policy-commitment-singular-to-holder',
    ])
  })

  test('more than there is', () => {
    const play = busy(type)
    const tags = changed(
      play,
      replaced(ourOutput(play), (output) => [{ ...output, value: sats(output.value + 50_000n) }]),
    )
    expect(tags).toEqual(['decline', 'policy-commitment-outputs-trimmed'])
  })

  test('our balance less by 10,000 sat that go to the counterparty', () => {
    const play = busy(type)
    const tags = changed(play, {
      parameters: (it) => ({
        ...it,
        toRemoteMsat: it.toRemoteMsat - 10_000_000n,
        toLocalMsat: it.toLocalMsat + 10_000_000n,
      }),
    })
    expect(tags).toEqual(['decline', 'policy-routing-deltas-only-htlc'])
  })

  test('our whole balance, so that nothing tells whose commitment it is', () => {
    const play = opened({ type, funder: 'holder', pushMsat })
    const tags = changed(play, {
      parameters: (it) => ({ ...it, toRemoteMsat: 0n, toLocalMsat: 990_000_000n }),
    })
    expect(tags[0]).toBe('decline')
    expect(tags).toContain('policy-routing-deltas-only-htlc')
  })

  test('an HTLC that we offer twice, paid once', () => {
    const play = busy(type)
    const tags = changed(play, {
      parameters: (it) => ({
        ...it,
        toRemoteMsat: it.toRemoteMsat - 40_000_000n,
        toLocalMsat: it.toLocalMsat + 20_000_000n,
        htlcs: [...it.htlcs, ...it.htlcs.filter(({ direction }) => direction === 'received')],
      }),
    })
    expect(tags).toEqual(['decline', 'policy-routing-deltas-only-htlc'])
  })

  test.each([
    ['goes back', -1, 'decline'],
    // That is also what a store shows that is older than the channel.
    ['jumps', 1, 'hold'],
  ])('whose number %s', (_name, by, verdict) => {
    const play = busy(type)
    commit(play)
    const { signer, channel } = play
    // Another transaction, so that it is not the one that was signed.
    channel.agreement = { ...channel.agreement, feerate: 1001 }
    const found = new Set(outcome(signer.decide(channel.commitment(channel.next - 1 + by * 2))))
    expect(found).toContain('policy-commitment-retry-same')
    expect([...found][0]).toBe(verdict)
  })

  test('a number again with another transaction', () => {
    const play = busy(type)
    const { signer, channel } = play
    answered(signer, channel.commitment())
    const again = channel.commitment(channel.next, {
      parameters: (it) => ({ ...it, feerate: feeratePerKw(1001) }),
    })
    expect(outcome(signer.decide(again))).toEqual(['decline', 'policy-commitment-retry-same'])
    signer.policy = createPolicy({ severities: { 'policy-commitment-retry-same': 'warn' } })
    const next = channel.commitment(channel.next, {
      parameters: (it) => ({ ...it, feerate: feeratePerKw(1002) }),
    })
    expect(outcome(signer.decide(next))).toEqual(['sign', 'policy-commitment-retry-same'])
  })

  test('before the last but one is revoked: held, and signed once it is', () => {
    const play = opened({ type, funder: 'holder', pushMsat })
    const { signer, channel } = play
    answered(signer, channel.commitment(1))
    const early = channel.commitment(2)
    expect(outcome(signer.decide(early))).toEqual(['hold', 'policy-commitment-previous-revoked'])
    answered(signer, channel.reveal(0))
    answered(signer, early)
  })

  test('an index that is not that of its number', () => {
    const play = opened({ type, funder: 'holder', pushMsat })
    const index = commitmentIndex(maxCommitmentIndex - 5)
    expect(changed(play, { job: (job) => ({ ...job, index }) })).toEqual([
      'decline',
      'policy-commitment-locktime',
    ])
  })

  test.each<readonly [string, PolicyChoices, readonly string[]]>([
    [
      'feerates from 1100',
      { channels: { minFeeratePerKw: 1100 } },
      ['policy-commitment-fee-range', ...(type === 'anchors' ? [] : ['policy-htlc-fee-range'])],
    ],
    [
      'feerates to 900',
      { channels: { minFeeratePerKw: 253, maxFeeratePerKw: 900, maxTrimmedSats: sats(0n) } },
      ['policy-commitment-fee-range', ...(type === 'anchors' ? [] : ['policy-htlc-fee-range'])],
    ],
    ['one HTLC', { channels: { maxHtlcs: 1 } }, ['policy-commitment-htlc-count-limit']],
    [
      '49,999 sat in HTLCs',
      { channels: { maxHtlcInflightSats: sats(49_999n) } },
      ['policy-commitment-htlc-inflight-limit'],
    ],
    [
      'expiries 9 blocks apart',
      { channels: { maxHtlcCltvSpreadBlocks: 9 } },
      ['policy-commitment-htlc-cltv-range'],
    ],
  ])('beyond a limit of %s', (_name, choices, tags) => {
    const play = busy(type)
    expect(changed(play, {}, choices)).toEqual(['decline', ...tags])
  })

  test('an expiry years ahead', () => {
    const { signer, channel } = busy(type)
    channel.add('outgoing', 9_000n, 'late', 499_999_999)
    const [verdict, ...tags] = outcome(signer.decide(channel.commitment()))
    expect([verdict, ...new Set(tags)]).toEqual(['decline', 'policy-commitment-htlc-cltv-range'])
  })
})

describe('the opening commitment', () => {
  const opening = () => {
    const play = stage({ type: 'anchors', funder: 'holder' })
    answered(play.signer, play.channel.point(0))
    return play
  }

  test('of a channel that is too large', () => {
    const { signer, channel } = opening()
    signer.policy = createPolicy({ channels: { maxFundingSats: sats(999_999n) } })
    expect(outcome(signer.decide(channel.commitment()))).toEqual(['decline', 'policy-funding-max'])
  })

  test('with an HTLC', () => {
    const { signer, channel } = opening()
    channel.add('outgoing', 50_000n, 'a')
    expect(outcome(signer.decide(channel.commitment()))).toEqual([
      'decline',
      'policy-commitment-first-no-htlcs',
    ])
  })

  test('that is our own one: its money is behind a script that pays us, and a signature is final', () => {
    for (const type of ['static-remotekey', 'anchors'] as const) {
      const { signer, channel } = stage({ type, funder: 'holder', pushMsat })
      answered(signer, channel.point(0))
      const tags = outcome(signer.decide(channel.holderCommitment(0)))
      expect(tags[0]).toBe('decline')
    }
  })

  test('that gives away what the L1 wallet paid', () => {
    for (const [choices, verdict] of [
      [{ channels: { maxPushSats: sats(399_999n) } }, 'decline'],
      [{ channels: { maxPushSats: sats(400_000n) } }, 'sign'],
      [{ payments: { receiveOnly: true } }, 'decline'],
      [{}, 'sign'],
    ] as const) {
      const { signer, channel } = stage({ type: 'anchors', funder: 'holder', pushMsat })
      answered(signer, channel.point(0))
      const paid = {
        ...channel.outPoint,
        scriptPubKey: p2wsh(channel.fundingScript),
        amountSats: channel.amount,
        spends: channel.outPoint,
        atMs: 0,
      }
      signer.write({ channels: [], node: { ...signer.node(), unlinkedFundings: [paid] } })
      signer.policy = createPolicy(choices)
      const [found, ...tags] = outcome(signer.decide(channel.commitment()))
      expect(found).toBe(verdict)
      expect(tags).toEqual(verdict === 'sign' ? [] : ['policy-commitment-initial-funding-value'])
      if (verdict === 'sign') expect(signer.node().unlinkedFundings).toEqual([])
    }
  })

  test('of another output than the one that the L1 wallet paid', () => {
    const { signer, channel } = opening()
    const paid = {
      ...channel.outPoint,
      scriptPubKey: p2wsh(channel.fundingScript),
      amountSats: sats(channel.amount + 1n),
      spends: channel.outPoint,
      atMs: 0,
    }
    signer.write({ channels: [], node: { ...signer.node(), unlinkedFundings: [paid] } })
    expect(outcome(signer.decide(channel.commitment()))).toEqual([
      'decline',
      'policy-commitment-initial-funding-value',
      'policy-onchain-output-match-commitment',
    ])
  })
})

describe('anchors', () => {
  const anchorsOf = (play: Stage) => {
    const { outputs: all } = play.channel.counterpartyCommitment(play.channel.next)
    return all.filter(({ kind }) => kind === 'anchor')
  }
  const at = (index: number, by: (output: TxOut) => readonly TxOut[]) => {
    const play = busy('anchors')
    const anchor = anchorsOf(play)[index]
    const change = outputs((all) =>
      all.flatMap((output) =>
        String(output.scriptPubKey) === String(anchor?.scriptPubKey) ? by(output) : [output],
      ),
    )
    return changed(play, change)
  }
  const both = ['policy-commitment-anchor-to-counterparty', 'policy-commitment-anchor-to-holder']

  test('each missing or doubled', () => {
    for (const by of [() => [], (output: TxOut) => [output, output]]) {
      const tags = [at(0, by), at(1, by)].flat().filter((tag) => both.includes(tag))
      expect(tags.sort()).toEqual(both)
    }
  })

  test('of another amount', () => {
    expect(at(0, (output) => [{ ...output, value: sats(331n) }])).toEqual([
      'decline',
      'policy-commitment-anchor-amount',
    ])
  })

  test('of another key', () => {
    const tags = at(0, (output) => [{ ...output, scriptPubKey: p2wsh(buildAnchor(thief)) }])
    expect(tags).toContain('policy-commitment-no-unrecognized-outputs')
  })
})
