import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { serialiseTransaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { answered, commit, opened } from './channel/play.ts'
import { readScenario } from './corpus.ts'
import { changed, honest, type Of, outcome, renamed, signing } from './honest.ts'
import {
  asking,
  type Coin,
  change,
  coin,
  fundingScript,
  nowMs,
  pays,
  receive,
  scriptOf,
  spendingTransaction,
  walletJob,
} from './onchain.ts'
import { Signer } from './signer.ts'
import { decide } from './signing.ts'

const purse = coin('purse', 10_000_000n)
const refusedBy = (...tags: string[]) => ['decline', ...tags]

function signerWith(unlinkedFundingMaxSats: bigint): Signer {
  const signer = new Signer(new Uint8Array(32).fill(6), 'REGTEST')
  signer.policy = createPolicy({
    onchain: { unlinkedFundingMaxSats: sats(unlinkedFundingMaxSats) },
  })
  return signer
}

/** Asks the wallet to fund a script. */
function fund(signer: Signer, amount: bigint, script: Uint8Array, spent: Coin = purse) {
  const home = pays(spent.amount - amount - 500n, scriptOf(signer, change(0)))
  const transaction = spendingTransaction([spent], [pays(amount, p2wsh(script)), home])
  return {
    txid: transactionId(transaction),
    outcome: outcome(signer.decide(asking([walletJob(signer, receive(0), transaction, spent)]))),
  }
}

describe('a funding that no commitment has shown', () => {
  test('is unknown, unless the owner lends some trust', () => {
    const signer = signerWith(0n)
    expect(fund(signer, 1_000_000n, fundingScript(signer, 7)).outcome).toEqual(
      refusedBy('policy-onchain-no-unknown-outputs'),
    )
  })

  test('waits, up to the limit, for all of them together', () => {
    const signer = signerWith(1_500_000n)
    const { txid, outcome: first } = fund(signer, 1_000_000n, fundingScript(signer, 7))
    expect(first).toEqual(['sign'])
    expect(signer.node().unlinkedFundings).toMatchObject([
      { txid, vout: 0, amountSats: 1_000_000n },
    ])
    const other = coin('other', 10_000_000n)
    expect(fund(signer, 500_001n, fundingScript(signer, 8), other).outcome).toEqual(
      refusedBy('policy-lightspark-unlinked-funding'),
    )
    expect(fund(signer, 500_000n, fundingScript(signer, 8), other).outcome).toEqual(['sign'])
  })

  test('that is asked for again waits once', () => {
    const signer = signerWith(1_000_000n)
    expect(fund(signer, 1_000_000n, fundingScript(signer, 7)).outcome).toEqual(['sign'])
    expect(fund(signer, 1_000_000n, fundingScript(signer, 7)).outcome).toEqual(['sign'])
    expect(signer.node().unlinkedFundings).toHaveLength(1)
    expect(signer.node().onchainOut).toMatchObject([{ sats: 1_000_000n }])
  })

  test('that replaces another one shares its place: one coin funds one of them', () => {
    const signer = signerWith(1_000_000n)
    expect(fund(signer, 1_000_000n, fundingScript(signer, 7)).outcome).toEqual(['sign'])
    expect(fund(signer, 1_000_000n, fundingScript(signer, 8)).outcome).toEqual(['sign'])
    const other = coin('other', 10_000_000n)
    expect(fund(signer, 1000n, fundingScript(signer, 9), other).outcome).toEqual(
      refusedBy('policy-lightspark-unlinked-funding'),
    )
  })

  test('cannot be made so often that the list grows without end', () => {
    const signer = signerWith(10_000_000n)
    for (let n = 0; n < 64; n++) {
      const spent = coin(`coin ${n}`, 10_000_000n)
      expect(fund(signer, 1000n, fundingScript(signer, n), spent).outcome).toEqual(['sign'])
    }
    const spent = coin('one more', 10_000_000n)
    expect(fund(signer, 1000n, fundingScript(signer, 64), spent).outcome).toEqual(
      refusedBy('policy-lightspark-unlinked-funding'),
    )
  })

  test('whose 2-of-2 is foreign waits for ever', () => {
    const signer = signerWith(1_000_000n)
    expect(fund(signer, 1_000_000n, Uint8Array.of(0x51)).outcome).toEqual(['sign'])
    expect(fund(signer, 1000n, fundingScript(signer, 7), coin('b', 10_000_000n)).outcome).toEqual(
      refusedBy('policy-lightspark-unlinked-funding'),
    )
  })
})

describe('the first commitment', () => {
  const opening = () => signing('open-anchors', 'sign_counterparty_commitment')

  test('links its funding', () => {
    const { signer, delivery } = opening()
    expect(signer.node().unlinkedFundings).toHaveLength(1)
    expect(outcome(signer.decide(delivery))).toEqual(['sign'])
    expect(signer.node().unlinkedFundings).toEqual([])
  })

  test('links every version of its funding, and nothing else', () => {
    const { signer, delivery } = opening()
    const node = signer.node()
    const [funding] = node.unlinkedFundings
    if (funding === undefined) throw new RangeError('no funding')
    const version = { ...funding, txid: coin('bumped', 0n).txid }
    const other = {
      ...funding,
      txid: coin('other', 0n).txid,
      scriptPubKey: p2wsh(Uint8Array.of(0x51)),
    }
    signer.write({
      channels: [],
      node: { ...node, unlinkedFundings: [version, funding, other] },
    })
    expect(outcome(signer.decide(delivery))).toEqual(['sign'])
    expect(signer.node().unlinkedFundings).toEqual([other])
  })

  test('of another amount than was funded', () => {
    const { signer, delivery } = opening()
    const node = signer.node()
    const unlinkedFundings = node.unlinkedFundings.map((funding) => ({
      ...funding,
      amountSats: sats(funding.amountSats + 1n),
    }))
    signer.write({ channels: [], node: { ...node, unlinkedFundings } })
    expect(outcome(signer.decide(delivery))).toContain('policy-onchain-output-match-commitment')
  })

  test('of another script than was funded', () => {
    const { signer, delivery } = opening()
    const node = signer.node()
    const unlinkedFundings = node.unlinkedFundings.map((funding) => ({
      ...funding,
      scriptPubKey: p2wsh(Uint8Array.of(0x51)),
    }))
    signer.write({ channels: [], node: { ...node, unlinkedFundings } })
    expect(outcome(signer.decide(delivery))).toContain('policy-onchain-output-match-commitment')
  })
})

describe('the funding of a channel whose first commitment was signed', () => {
  /** The funding signature, asked for after the commitment and without trust. */
  function late() {
    const opened = signing('open-anchors', 'sign_counterparty_commitment')
    expect(decide(opened, opened.delivery)).toEqual(['sign'])
    const isFunding = ({ label }: { readonly label: string | null }) => label === 'l1_wallet'
    const funding = honest('open-anchors', 'derive-key-and-sign', isFunding).delivery
    opened.signer.policy = createPolicy()
    return { signer: opened.signer, funding }
  }

  type Signing = Of<'derive-key-and-sign'>

  /** The funding with another first output. */
  function misfunded(
    signer: Signer,
    funding: ReturnType<typeof late>['funding'],
    value: bigint,
    script?: Uint8Array,
  ) {
    const [facts] = signer.facts(funding).onchain
    if (facts === undefined) throw new RangeError('no funding')
    const [first, ...rest] = facts.transaction.outputs
    if (first === undefined) throw new RangeError('no output')
    const outputs = [pays(value, script ?? first.scriptPubKey), ...rest]
    const transaction = { ...facts.transaction, outputs }
    const jobs = funding.request.jobs.map((job) => ({
      ...job,
      transaction: serialiseTransaction(transaction),
      message: bip143Digest(
        transaction,
        0,
        job.script ?? new Uint8Array(),
        job.amount ?? sats(0n),
        'all',
      ),
    }))
    return { delivery: changed<Signing>(funding, { jobs }), txid: transactionId(transaction) }
  }

  test('is signed without trust', () => {
    const { signer, funding } = late()
    expect(outcome(signer.decide(renamed(funding)))).toEqual(['sign'])
    expect(signer.node().unlinkedFundings).toEqual([])
  })

  test('tells the next commitment that we opened the channel', () => {
    const scenario = readScenario('send-anchors')
    const signer = Signer.of(scenario)
    const isFunding = ({ label }: { readonly label: string | null }) => label === 'l1_wallet'
    const funding = scenario.events.find(isFunding)?.delivery
    const openers = new Set<string | undefined>()
    let isPaid = false
    for (const { label, delivery } of scenario.events.filter((event) => !isFunding(event))) {
      const [verdict] = outcome(signer.decide(delivery))
      if (label !== 'sign_counterparty_commitment' || funding === undefined) continue
      expect(verdict).toBe('sign')
      if (!isPaid) expect(outcome(signer.decide(funding))).toEqual(['sign'])
      isPaid = true
      const [channel] = signer.view(delivery).channels.values()
      openers.add(channel?.funding?.opener)
    }
    expect([...openers]).toEqual(['probably-counterparty', 'holder'])
    expect(signer.node().paidFundings).toEqual([])
  })

  test.each([
    ['more', 1_000_001n, undefined],
    ['less', 999_999n, undefined],
    ['another script', 1_000_000n, p2wsh(Uint8Array.of(0x51))],
  ])(
    'with %s in its place is another transaction, which funds nothing known',
    (_name, value, script) => {
      const { signer, funding } = late()
      const { delivery } = misfunded(signer, funding, value, script)
      expect(outcome(signer.decide(delivery))).toContain('policy-onchain-no-unknown-outputs')
    },
  )

  test('is not at an outpoint that its commitment has otherwise', () => {
    const { signer, funding } = late()
    const { delivery, txid } = misfunded(signer, funding, 999_999n)
    const channel = signer.view(renamed(funding)).fundings[0]
    if (channel?.funding === undefined) throw new RangeError('no channel')
    signer.write({ channels: [{ ...channel, funding: { ...channel.funding, txid } }] })
    expect(outcome(signer.decide(delivery))).toEqual(
      refusedBy('policy-onchain-output-match-commitment'),
    )
  })
})

describe('an output that waits beside a channel', () => {
  const waiting = (vout: number) => {
    const play = opened({ type: 'anchors', funder: 'holder', pushMsat: 400_000_000n })
    const { signer, channel } = play
    const one = {
      txid: channel.outPoint.txid,
      vout,
      scriptPubKey: p2wsh(Uint8Array.of(0x51)),
      amountSats: sats(50_000n),
      spends: channel.outPoint,
      atMs: 0,
    }
    signer.write({ channels: [], node: { ...signer.node(), unlinkedFundings: [one] } })
    return play
  }

  test('of the same transaction does not stand in the way of its commitments', () => {
    const play = waiting(0)
    commit(play)
    expect(play.signer.node().unlinkedFundings).toHaveLength(1)
  })

  test('is compared with what commitments spend, not with closes', () => {
    const { signer, channel } = waiting(1)
    expect(outcome(signer.decide(channel.commitment()))).toEqual(
      refusedBy('policy-onchain-output-match-commitment'),
    )
    answered(signer, channel.closing(500n))
  })
})

test('a waiting funding counts when it was signed', () => {
  const signer = signerWith(1_000_000n)
  fund(signer, 1_000_000n, fundingScript(signer, 7))
  expect(signer.node().unlinkedFundings).toMatchObject([{ atMs: nowMs }])
})
