import { p2wpkhOfHash, p2wsh, publicKeyHashOf } from '@boltwarden/core/bitcoin/output-script'
import { serialiseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import {
  emptyCounterpartySecrets,
  insertSecret,
  lookUpSecret,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { commitmentSecret, digest } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { payloadId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { commitmentNumber, indexOf, sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { withRevealed } from '@boltwarden/policy/state/revealed'
import { describe, expect, test } from 'vitest'
import { changedJob, outcome, renamed, signing } from './honest.ts'
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
import { recordedPolicy } from './signer.ts'
import { decide, resigned } from './signing.ts'

const thief = stranger(2)

/** Every kind of claim: name, scenario, label, and whether the input waits for blocks. */
const claims = [
  ['delayed output', 'force-close-by-us-legacy', 'sweep_delayed', true],
  ['delayed output of an anchor channel', 'force-close-by-us-anchors', 'sweep_delayed', true],
  ['to_remote', 'force-close-by-peer-legacy', 'sweep_static_payment', false],
  ['to_remote of an anchor channel', 'force-close-by-peer-anchors', 'sweep_static_payment', true],
  ['HTLC', 'force-close-by-peer-legacy', 'sign_counterparty_htlc_transaction', false],
  [
    'HTLC of an anchor channel',
    'force-close-by-peer-anchors',
    'sign_counterparty_htlc_transaction',
    true,
  ],
  ['revoked output', 'justice-legacy', 'sign_justice_revoked_output', false],
  ['revoked output of an anchor channel', 'justice-anchors', 'sign_justice_revoked_output', false],
] as const

type Claim = ReturnType<typeof signing>

function transactionOf(job: SigningJob | undefined): Transaction {
  const parsed = parseUnsignedTransaction(job?.transaction ?? new Uint8Array())
  if (!parsed.ok) throw new RangeError('no transaction')
  return parsed.value.transaction
}

/** The claim with another transaction, its digest made anew. */
function changing(claim: Claim, change: (transaction: Transaction) => Transaction) {
  return changedJob(claim, (job) => {
    const transaction = serialiseTransaction(change(transactionOf(job)))
    return resigned({ ...job, transaction })
  })
}

/** The same request with its transaction as a PSBT. */
function psbtOf(claim: Claim, change: (transaction: Transaction) => Transaction = (same) => same) {
  return changedJob(claim, (job) => {
    const transaction = change(transactionOf(job))
    const hash = publicKeyHashOf(job.script ?? new Uint8Array())
    const script = hash ? p2wpkhOfHash(hash) : p2wsh(job.script ?? new Uint8Array())
    const raw = resigned({ ...job, transaction: serialiseTransaction(transaction) })
    return asPsbt(raw, transaction, [pays(job.amount ?? 0n, script)])
  })
}

describe.each(claims)('a claim of a %s', (_name, scenario, label) => {
  const claim = () => signing(scenario, label)
  const first = (transaction: Transaction, value: bigint, script?: Uint8Array) => {
    const [output, ...others] = transaction.outputs
    return [pays(value, script ?? output?.scriptPubKey ?? new Uint8Array()), ...others]
  }
  const amountOf = (transaction: Transaction) => transaction.outputs[0]?.value ?? 0n

  test('is signed, raw and as a PSBT, as often as it is asked for', () => {
    const honest = claim()
    expect(decide(honest, honest.delivery)).toEqual(['sign'])
    expect(decide(honest, psbtOf(honest))).toEqual(['sign'])
    expect(decide(honest, renamed(renamed(honest.delivery)))).toEqual(['sign'])
  })

  type Change = (transaction: Transaction) => Transaction
  const changes: readonly (readonly [string, string, Change])[] = [
    [
      'that pays somebody else',
      'policy-sweep-destination-allowlisted',
      (tx) => ({ ...tx, outputs: first(tx, amountOf(tx), thief) }),
    ],
    [
      'that pays us dust first and somebody else the rest',
      'policy-sweep-destination-allowlisted',
      (tx) => ({ ...tx, outputs: [...first(tx, 400n), pays(amountOf(tx) - 400n, thief)] }),
    ],
    [
      'that pays an output of 1,000 sat more to somebody else',
      'policy-sweep-destination-allowlisted',
      (tx) => ({ ...tx, outputs: [...first(tx, amountOf(tx) - 1000n), pays(1000n, thief)] }),
    ],
    ['of version 1', 'policy-sweep-version', (tx) => ({ ...tx, version: 1 })],
    ['of version 3', 'policy-sweep-version', (tx) => ({ ...tx, version: 3 })],
    [
      'that waits for a time',
      'policy-sweep-locktime',
      (tx) => ({ ...tx, locktime: 1_900_000_000 }),
    ],
    [
      'whose input waits for more blocks',
      'policy-sweep-sequence',
      (tx) => ({ ...tx, inputs: tx.inputs.map((input) => ({ ...input, sequence: 1008 })) }),
    ],
    [
      'whose input waits for a time',
      'policy-sweep-sequence',
      (tx) => ({ ...tx, inputs: tx.inputs.map((input) => ({ ...input, sequence: 0x40_0001 })) }),
    ],
    [
      'with more outputs than inputs',
      'policy-sweep-fee-range',
      (tx) => ({ ...tx, outputs: first(tx, amountOf(tx) + 100_000n) }),
    ],
    [
      'to an output below the dust limit',
      'policy-onchain-format-standard',
      (tx) => ({ ...tx, outputs: first(tx, 293n) }),
    ],
    [
      'that spends its output twice',
      'policy-onchain-format-standard',
      (tx) => ({ ...tx, inputs: [...tx.inputs, ...tx.inputs] }),
    ],
  ]
  test.each(changes)('%s: %s', (_change, tag, change) => {
    const honest = claim()
    for (const hostile of [changing(honest, change), psbtWhereOne(honest, change)]) {
      const [verdict, ...tags] = decide(honest, hostile)
      expect(verdict).toBe('decline')
      expect(tags).toContain(tag)
    }
  })

  /** A PSBT states what each input spends, which is known of one. */
  function psbtWhereOne(honest: Claim, change: Change) {
    const changed = change(transactionOf(honest.delivery.request.jobs[0]))
    return changed.inputs.length === 1 ? psbtOf(honest, change) : changing(honest, change)
  }

  test('that leaves most of it to miners', () => {
    const honest = claim()
    honest.signer.policy = createPolicy({
      ...recordedPolicy,
      onchain: { ...recordedPolicy.onchain, maxFeeratePerKw: 1000 },
    })
    expect(decide(honest, honest.delivery)).toEqual(['sign'])
    const hostile = changing(honest, (tx) => ({ ...tx, outputs: first(tx, amountOf(tx) - 2000n) }))
    expect(decide(honest, hostile)).toEqual(['decline', 'policy-sweep-fee-range'])
  })

  test('to the allow-list is signed, and counts as what left', () => {
    const honest = claim()
    honest.signer.policy = createPolicy({
      ...recordedPolicy,
      onchain: { ...recordedPolicy.onchain, allowedScripts: [toHex(thief)] },
    })
    const before = honest.signer.node().onchainOut
    const vault = changing(honest, (tx) => ({ ...tx, outputs: first(tx, amountOf(tx), thief) }))
    const unnamed = {
      ...vault,
      request: {
        ...honest.delivery.request,
        jobs: jobsOf(vault).map(({ destinationPath: _none, ...job }) => job),
      },
    }
    expect(decide(honest, unnamed)).toEqual(['sign'])
    expect(honest.signer.node().onchainOut).not.toEqual(before)
    expect(decide(honest, { ...vault, event: honest.delivery.event })[0]).toBe(
      jobsOf(vault)[0]?.destinationPath === undefined ? 'sign' : 'decline',
    )
  })
})

function jobsOf({ request }: ReturnType<typeof changedJob>): readonly SigningJob[] {
  return request.kind === 'derive-key-and-sign' ? request.jobs : []
}

test.each(claims.filter(([, , , waits]) => waits))(
  'a claim of a %s whose input does not wait at all: policy-sweep-sequence',
  (_name, scenario, label) => {
    const honest = signing(scenario, label)
    const hasty = changing(honest, (tx) => ({
      ...tx,
      inputs: tx.inputs.map((input) => ({ ...input, sequence: 0xffff_fffd })),
    }))
    expect(decide(honest, hasty)).toEqual(['decline', 'policy-sweep-sequence'])
  },
)

describe('the destination that a claim names', () => {
  test('has to be paid', () => {
    const honest = signing('force-close-by-us-legacy', 'sweep_delayed')
    const elsewhere = changedJob(honest, (job) => ({ ...job, destinationPath: "m/84'/2'/0'/0/77" }))
    expect(decide(honest, elsewhere)).toEqual(['decline', 'policy-sweep-destination-allowlisted'])
  })
})

describe('a claim of an HTLC after its expiry', () => {
  test('does not come before it', () => {
    const honest = signing('force-close-by-peer-legacy', 'sign_counterparty_htlc_transaction')
    honest.signer.play(honest.scenario)
    const late = honest.scenario.events
      .map(({ delivery }) => delivery)
      .find(
        ({ request }) =>
          request.kind === 'derive-key-and-sign' && transactionOf(request.jobs[0]).locktime === 73,
      )
    if (late?.request.kind !== 'derive-key-and-sign') throw new RangeError('no such claim')
    const claim = { ...honest, delivery: { ...late, request: late.request } }
    expect(decide(claim, renamed(late))).toEqual(['sign'])
    const early = changing(claim, (tx) => ({ ...tx, locktime: 72 }))
    expect(decide(claim, renamed(early))).toEqual(['decline', 'policy-sweep-locktime'])
  })
})

describe('justice', () => {
  const justice = (name = 'justice-anchors') => signing(name, 'sign_justice_revoked_output')

  test.each(['justice-anchors', 'justice-legacy'])(
    '%s: holds both claims of one transaction',
    (name) => {
      const honest = signing(name, 'sign_justice_revoked_htlc')
      honest.signer.play(honest.scenario)
      expect(honest.signer.node().unlinkedFundings).toEqual([])
    },
  )

  test('with the secret of another channel', () => {
    const honest = justice()
    const other = commitmentSecret(new Uint8Array(32).fill(77))
    const facts = honest.signer.facts(honest.delivery)
    const [job] = facts.onchain[0]?.jobs ?? []
    expect(job?.isPunishedBy?.(other)).toBe(false)
    const { state } = stateOf(honest)
    const { lowest } = state.counterpartySecrets
    const last = state.commitments.at(-1)
    expect(last && lowest === indexOf(last.number) + 1).toBe(true)
    const counterpartySecrets = revealed(last?.number ?? 0)
    honest.signer.write({ channels: [{ ...state, counterpartySecrets }] })
    expect(decide(honest, honest.delivery)).toEqual(['decline', 'policy-lightspark-justice-tweak'])
  })

  test('whose reveal was lost is held until it comes', () => {
    const honest = justice()
    const { state } = stateOf(honest)
    const counterpartySecrets = emptyCounterpartySecrets
    honest.signer.write({ channels: [{ ...state, counterpartySecrets }] })
    expect(decide(honest, honest.delivery)).toEqual(['hold', 'policy-lightspark-justice-tweak'])
    honest.signer.write({ channels: [state] })
    expect(decide(honest, renamed(honest.delivery))).toEqual(['sign'])
  })

  test('of an adopted channel is held where its secret came before, signed where it came since', () => {
    const honest = justice()
    const { state } = stateOf(honest)
    const { counterpartySecrets: known, ...adopted } = { ...state, origin: 'adopted' as const }
    const [job] = honest.signer.facts(honest.delivery).onchain[0]?.jobs ?? []
    const numbers = Array.from({ length: 60 }, (_, number) => indexOf(commitmentNumber(number)))
    const [index, secret] =
      numbers
        .map((at) => [at, lookUpSecret(known, at)] as const)
        .find(([, found]) => found !== undefined && job?.isPunishedBy?.(found)) ?? []
    const counterpartySecrets = emptyCounterpartySecrets
    honest.signer.write({ channels: [{ ...adopted, counterpartySecrets }] })
    expect(decide(honest, honest.delivery)).toEqual(['hold', 'policy-lightspark-justice-tweak'])
    if (index === undefined || secret === undefined) throw new RangeError('no secret')
    const learnt = withRevealed({ ...adopted, counterpartySecrets }, index, secret)
    if (!learnt.ok) throw new RangeError('not learnt')
    honest.signer.write({ channels: [learnt.value] })
    expect(decide(honest, renamed(honest.delivery))).toEqual(['sign'])
  })

  test('with the named index finds its secret at once', () => {
    const honest = justice()
    const { state } = stateOf(honest)
    const lowest = state.counterpartySecrets.lowest
    expect(lowest).toBeDefined()
    const named = changedJob(honest, (job) => ({
      ...job,
      ...(lowest !== undefined && { index: lowest }),
    }))
    expect(decide(honest, named)).toEqual(['sign'])
  })

  test.each([
    ['a few secrets, none of which fits: declined', 60, 'decline'],
    ['more secrets than are tried: held', 4200, 'hold'],
  ])('with %s', (_name, count, verdict) => {
    const honest = justice()
    const { state } = stateOf(honest)
    honest.signer.write({ channels: [{ ...state, counterpartySecrets: revealed(count) }] })
    expect(decide(honest, honest.delivery)).toEqual([verdict, 'policy-lightspark-justice-tweak'])
  })

  test('with the tweaks of two secrets mixed', () => {
    const honest = justice()
    const other = signing('justice-legacy', 'sign_justice_revoked_output').delivery.request.jobs[0]
    const facts = honest.signer.facts(
      changedJob(honest, (job) => ({
        ...job,
        ...(other?.addTweak && { addTweak: other.addTweak }),
      })),
    )
    expect(facts.onchain).toEqual([])
  })

  /** What another counterparty revealed. */
  function revealed(count: number) {
    const seed = new Uint8Array(32).fill(3)
    return Array.from({ length: count }, (_, n) => indexOf(commitmentNumber(n))).reduce(
      (store, index) => {
        const next = insertSecret(store, index, perCommitmentSecret(seed, index))
        return next.ok ? next.value : store
      },
      emptyCounterpartySecrets,
    )
  }

  function stateOf({ signer, delivery }: Claim) {
    const channel = Number(delivery.request.jobs[0]?.path.split('/')[2])
    const state = signer.channel(channel)
    if (state === undefined) throw new RangeError('no channel')
    return { channel, state }
  }
})

describe('an anchor', () => {
  test('pays for its commitment with the wallet, and nobody else', () => {
    const { signer, delivery } = signing('force-close-by-us-anchors', 'sign_holder_commitment')
    expect(outcome(signer.decide(delivery))).toContain('sign')
    const [job] = delivery.request.jobs
    const channel = Number(job?.path.split('/')[2])
    const facts = signer.facts(delivery)
    const [commitment] = facts.channels.commitments
    if (commitment === undefined) throw new RangeError('no commitment')
    const funding = { purpose: 'channel-key', channel, key: 'funding' } as const
    const script = buildAnchor(signer.keys.publicKey(funding))
    const vout = commitment.outputs.findIndex(({ kind }) => kind === 'holder-anchor')
    const anchor = { txid: commitment.txid, vout, amount: 330n }
    const purse = coin('purse', 2_000_000n)
    // What the child pays for its parent is above what its own weight allows.
    const spend = (home: bigint, to = scriptOf(signer, receive(3))) =>
      spendingTransaction([anchor, purse], [pays(home, to)])
    const anchorJob = (transaction: Transaction) =>
      resigned({
        id: payloadId('anchor'),
        path: `m/3/${channel}/0`,
        message: digest(new Uint8Array(32)),
        isRaw: true,
        script,
        amount: sats(330n),
        transaction: serialiseTransaction(transaction),
      })
    const wallet = (transaction: Transaction) =>
      walletJob(signer, receive(0), transaction, purse, 1)
    const atMs = delivery.timestampMs
    const ask = (...jobs: SigningJob[]) => outcome(signer.decide(asking(jobs, atMs)))
    const bump = spend(1_500_000n)
    expect(ask(wallet(bump))).toEqual(['sign'])
    expect(ask(anchorJob(bump))).toEqual(['sign'])
    expect(ask(anchorJob(bump), wallet(bump))).toEqual(['sign'])
    expect(ask(wallet(spend(500_000n)))).toEqual(['decline', 'policy-onchain-fee-range'])
    const theft = spend(1_999_000n, thief)
    expect(ask(anchorJob(theft))).toContain('policy-sweep-destination-allowlisted')
    expect(ask(wallet(theft))).toContain('policy-onchain-no-unknown-outputs')
    const alone = spendingTransaction(
      [{ ...anchor, sequence: 16 }],
      [pays(330n, scriptOf(signer, receive(3)))],
    )
    expect(ask(anchorJob(alone))).toEqual(['decline', 'policy-sweep-sequence'])
  })
})

describe('the second stage of our own commitment', () => {
  const stage = (name: string) => signing(name, 'sign_holder_htlc_transaction')

  test.each(['force-close-by-us-anchors', 'force-close-by-us-legacy'])('%s is signed', (name) => {
    const honest = stage(name)
    expect(decide(honest, honest.delivery)).toEqual(['sign'])
    expect(decide(honest, renamed(honest.delivery))).toEqual(['sign'])
  })

  test.each(['force-close-by-us-anchors', 'force-close-by-us-legacy'])(
    '%s: an output without a script beside the input',
    (name) => {
      const honest = stage(name)
      const hostile = changing(honest, (tx) => ({
        ...tx,
        outputs: tx.outputs.map((output, at) =>
          at === 0 ? { ...output, scriptPubKey: thief } : output,
        ),
      }))
      expect(decide(honest, hostile)).toContain('policy-lightspark-second-stage')
    },
  )

  test('HTLCs that go to different scripts', () => {
    const honest = stage('force-close-by-us-anchors')
    const hostile = changing(honest, (tx) => ({
      ...tx,
      outputs: tx.outputs.map((output, at) =>
        at === 1 ? { ...output, scriptPubKey: p2wsh(Uint8Array.of(0x51)) } : output,
      ),
    }))
    expect(decide(honest, hostile)).toEqual(['decline', 'policy-lightspark-second-stage'])
  })

  test('change that goes to somebody else', () => {
    const honest = stage('force-close-by-us-anchors')
    const hostile = changing(honest, (tx) => ({
      ...tx,
      outputs: tx.outputs.map((output, at) =>
        at === 2 ? { ...output, scriptPubKey: thief } : output,
      ),
    }))
    expect(decide(honest, hostile)).toContain('policy-lightspark-second-stage')
  })

  test('the wallet pays for HTLCs of a commitment that was signed, and for no others', () => {
    const honest = signing('force-close-by-us-anchors', 'sign_holder_commitment')
    honest.signer.decide(honest.delivery)
    const { scenario } = honest
    const at = scenario.events.findIndex(({ delivery }) => delivery.event === honest.delivery.event)
    const delivery = scenario.events[at + 1]?.delivery
    if (delivery?.request.kind !== 'derive-key-and-sign') throw new RangeError('no wallet')
    const wallet = { ...honest, delivery: { ...delivery, request: delivery.request } }
    const [job] = delivery.request.jobs
    const transaction = transactionOf(job)
    const spent = coin('unused', job?.amount ?? 0n)
    const path = receive(Number(job?.path.split('/')[5]))
    const ask = (changed: Transaction) =>
      outcome(
        wallet.signer.decide(
          asking([walletJob(wallet.signer, path, changed, spent, 2)], delivery.timestampMs),
        ),
      )
    expect(ask(transaction)).toEqual(['sign'])
    // Without a limit for fundings, what else stands there is unknown.
    wallet.signer.policy = createPolicy()
    expect(ask(transaction)).toEqual(['sign'])
    const greedy = (more: bigint) => ({
      ...transaction,
      outputs: transaction.outputs.map((output) =>
        output.value === 60_000n
          ? pays(60_000n + more, output.scriptPubKey)
          : output.value > 1_000_000n
            ? pays(output.value - more, output.scriptPubKey)
            : output,
      ),
    })
    // Also where it is no more than a fee may be.
    for (const more of [1n, 50_000n, 1_000_000n]) {
      expect(ask(greedy(more))).toContain('policy-onchain-no-unknown-outputs')
    }
    const foreign = {
      ...transaction,
      inputs: transaction.inputs.map((input, index) =>
        index === 0 ? { ...input, txid: coin('foreign', 0n).txid } : input,
      ),
    }
    expect(ask(foreign)).toContain('policy-onchain-no-unknown-outputs')
  })
})
