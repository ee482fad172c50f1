import { digest, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { invoiceId, nodeId } from '@boltwarden/core/ids'
import type { Request } from '@boltwarden/core/request'
import type { Delivery } from '@boltwarden/policy/event'
import { recompose } from '@boltwarden/policy/facts'
import { isAnswerOwed } from '@boltwarden/policy/owed'
import { canonicalPolicy, createPolicy, defaultPolicy, policyHash } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { readScenario } from './corpus.ts'
import { changed, changedJob, hash, honest, nonceOf, outcome, renamed, signing } from './honest.ts'
import { recordedPolicy, Signer } from './signer.ts'
import { commitment } from './signing.ts'

const point = () => honest('open-legacy', 'get-per-commitment-point')

describe('policy-lightspark-freshness', () => {
  const day = 24 * 60 * 60 * 1000

  test.each([
    [day, ['sign']],
    [day + 1, ['hold', 'policy-lightspark-freshness']],
    [-5 * 60 * 1000, ['sign']],
    [-5 * 60 * 1000 - 1, ['hold', 'policy-lightspark-freshness']],
  ])('an age of %i ms: %j', (age, expected) => {
    const { signer, delivery } = point()
    const receivedAtMs = delivery.timestampMs + age
    expect(outcome(signer.decide({ ...delivery, receivedAtMs }))).toEqual(expected)
  })

  test.each([
    ['warn', 'sign'],
    ['hold', 'hold'],
    ['error', 'decline'],
  ] as const)('severity %s: an old event leads to %s', (severity, verdict) => {
    const { signer, delivery } = point()
    signer.policy = createPolicy({ severities: { 'policy-lightspark-freshness': severity } })
    const receivedAtMs = delivery.timestampMs + day + 1
    expect(outcome(signer.decide({ ...delivery, receivedAtMs }))).toEqual([
      verdict,
      'policy-lightspark-freshness',
    ])
  })

  test('an event that was answered in time is answered again later', () => {
    const { signer, delivery } = point()
    signer.decide(delivery)
    const receivedAtMs = delivery.timestampMs + 10 * day
    expect(signer.decide({ ...delivery, receivedAtMs })).toMatchObject({
      repeated: true,
      decision: { verdict: 'sign' },
    })
  })
})

describe('policy-lightspark-replay', () => {
  test('a known event id with another body is refused, and the first record stays', () => {
    const { signer, delivery } = point()
    signer.decide(delivery)
    const judgement = signer.decide({ ...delivery, bodyHash: hash('another') })
    expect(outcome(judgement)).toEqual(['decline', 'policy-lightspark-replay'])
    expect(judgement.writes.event).toBeUndefined()
    expect(signer.decide(delivery).repeated).toBe(true)
  })
})

describe('an answer is owed', () => {
  const owed = ({ signer, delivery }: { signer: Signer; delivery: Delivery }) =>
    isAnswerOwed(delivery.request, signer.decide(delivery).decision)
  const jobs = () => signing('receive-anchors', 'sign_counterparty_commitment')

  test('for what is signed, but for a reveal, which asks for nothing', () => {
    expect(owed(jobs())).toBe(true)
    expect(owed(point())).toBe(true)
    expect(owed(honest('receive-anchors', 'reveal-counterparty-per-commitment-secret'))).toBe(false)
  })

  test('for jobs that are declined, and for nothing else that is', () => {
    const { signer, delivery } = jobs()
    const declined = changed(delivery, { network: 'MAINNET' })
    expect(owed({ signer, delivery: declined })).toBe(true)
    const other = point()
    const refused = changed(other.delivery, { network: 'MAINNET' })
    expect(owed({ signer: other.signer, delivery: refused })).toBe(false)
  })

  test('for nothing that is held, nor for an event id that comes with another body', () => {
    const { signer, delivery } = jobs()
    expect(owed({ signer, delivery: { ...delivery, receivedAtMs: 0 } })).toBe(false)
    expect(owed({ signer, delivery: renamed(delivery) })).toBe(true)
    const replayed = { ...renamed(delivery), bodyHash: hash('another') }
    expect(owed({ signer, delivery: replayed })).toBe(false)
  })
})

describe('the ledger', () => {
  test('says what was decided, by which rules and which policy', () => {
    const { signer, delivery } = point()
    const { writes } = signer.decide({
      ...delivery,
      request: { ...delivery.request, network: 'MAINNET', path: 'm' },
    })
    expect(writes.event).toEqual({
      event: delivery.event,
      bodyHash: delivery.bodyHash,
      kind: 'get-per-commitment-point',
      verdict: 'decline',
      tags: ['policy-lightspark-network', 'policy-lightspark-path'],
      policyHash: policyHash(recordedPolicy),
      sentAtMs: delivery.timestampMs,
      receivedAtMs: delivery.receivedAtMs,
    })
  })

  test('declined jobs are declined again, even if the policy would sign by now', () => {
    const honestOne = signing('receive-anchors', 'sign_counterparty_commitment')
    const { signer, delivery } = honestOne
    signer.policy = createPolicy({
      maxEventAgeMs: 0,
      severities: { 'policy-lightspark-freshness': 'error' },
    })
    const old = { ...delivery, receivedAtMs: delivery.timestampMs + 1 }
    expect(outcome(signer.decide(old))).toEqual(['decline', 'policy-lightspark-freshness'])
    signer.policy = defaultPolicy
    const again = signer.decide(old)
    expect(outcome(again)).toEqual(['decline', 'policy-lightspark-freshness'])
    expect(again).toMatchObject({ repeated: true, writes: { channels: [] } })
  })

  test('an answer that never arrived is held once it is forbidden, and its record stays', () => {
    const scenario = readScenario('justice-anchors')
    const signer = Signer.of(scenario)
    signer.play(scenario)
    const releases = scenario.events.filter(
      ({ delivery: { request } }) => request.kind === 'release-per-commitment-secret',
    )
    const delivery = releases[0]?.delivery
    if (delivery === undefined) throw new TypeError('"scenario" expected a release')
    const recorded = signer.view(delivery).event
    expect(recorded?.verdict).toBe('sign')
    const judgement = signer.decide(delivery)
    expect(judgement).toMatchObject({ repeated: false, entry: { verdict: 'hold' } })
    expect(judgement.decision.verdict).toBe('hold')
    expect(judgement.grant).toBeUndefined()
    expect(judgement.entry?.tags).toEqual(['policy-lightspark-release-order'])
    expect(signer.view(delivery).event).toEqual(recorded)
    signer.accepted(delivery)
    expect(signer.decide(delivery)).toMatchObject({ repeated: true, decision: { verdict: 'sign' } })
  })

  test('a refusal without a mutation is judged anew', () => {
    const { signer, delivery } = point()
    signer.policy = createPolicy({
      maxEventAgeMs: 0,
      severities: { 'policy-lightspark-freshness': 'error' },
    })
    const old = { ...delivery, receivedAtMs: delivery.timestampMs + 1 }
    expect(outcome(signer.decide(old))).toEqual(['decline', 'policy-lightspark-freshness'])
    signer.policy = defaultPolicy
    expect(signer.decide(old)).toMatchObject({ repeated: false, decision: { verdict: 'sign' } })
  })

  test('what was held is judged anew', () => {
    const { signer, delivery } = commitment()
    const early = { ...delivery, receivedAtMs: delivery.timestampMs - 301_000 }
    expect(outcome(signer.decide(early))).toEqual(['hold', 'policy-lightspark-freshness'])
    expect(signer.decide(delivery)).toMatchObject({
      repeated: false,
      decision: { verdict: 'sign' },
    })
  })

  test('a signed job that no longer computes is judged anew', () => {
    const honestOne = commitment()
    const { signer, delivery } = honestOne
    signer.decide(delivery)
    const broken = changedJob(honestOne, (job) => ({ ...job, message: digest(hash('x')) }))
    const same = { ...broken, event: delivery.event, bodyHash: delivery.bodyHash }
    expect(outcome(signer.decide(same))).toEqual(['decline', 'policy-lightspark-sighash'])
  })
})

describe('legacy requests', () => {
  const { signer, delivery } = point()
  const of = (request: Request) => ({ ...delivery, request })
  const node = nodeId('node:1')

  test('a shared secret with a point of the curve', () => {
    const peer = publicKey(
      hexToBytes('03173d97d0973d596716c8cd14066e20e27f6866ab214fd04d160301615de78f72'),
    )
    const judgement = signer.decide(of({ kind: 'ecdh', network: 'REGTEST', node, peer }))
    expect(judgement.grant).toEqual({ kind: 'shared-secret', node, peer })
  })

  test('policy-lightspark-peer-key: a key that is no point', () => {
    const peer = publicKey(Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : 0xff)))
    const request = { kind: 'ecdh', network: 'REGTEST', node, peer } as const
    expect(outcome(point().signer.decide(of(request)))).toEqual([
      'decline',
      'policy-lightspark-peer-key',
    ])
  })

  test('an invoice signature', () => {
    const invoice = invoiceId('Invoice:1')
    const request = {
      kind: 'sign-invoice',
      network: 'REGTEST',
      invoice,
      hash: digest(hash('x')),
    } as const
    expect(point().signer.decide(of(request)).grant).toEqual({
      kind: 'invoice-signature',
      invoice,
      hash: digest(hash('x')),
    })
  })
})

describe('misuse', () => {
  test('a payment hash without a candidate', () => {
    const { signer, delivery } = honest('receive-legacy', 'request-invoice-payment-hash')
    const { keys, network } = signer
    const { secp256k1 } = keys
    expect(() => recompose(delivery, { keys, network, secp256k1 })).toThrow(
      '"candidate" expected a nonce and its payment hash',
    )
    expect(nonceOf(1)).toHaveLength(32)
  })
})

describe('a policy', () => {
  test('hashes the same however it was written', () => {
    const a = createPolicy({
      maxJobs: 5,
      severities: {
        'policy-lightspark-freshness': 'hold',
        'policy-lightspark-unknown-channel': 'warn',
      },
    })
    const b = createPolicy({
      severities: {
        'policy-lightspark-unknown-channel': 'warn',
        'policy-lightspark-freshness': 'hold',
      },
      maxJobs: 5,
    })
    expect(canonicalPolicy(a)).toBe(canonicalPolicy(b))
    expect(policyHash(a)).toEqual(hash(canonicalPolicy(a)))
    expect(policyHash(a)).not.toEqual(policyHash(defaultPolicy))
  })

  test('demotes no mandatory rule', () => {
    const severities = { 'policy-lightspark-sighash': 'warn' }
    // @ts-expect-error the tag is mandatory
    expect(() => createPolicy({ severities })).toThrow(RangeError)
  })

  test.each([{ maxJobs: 0 }, { maxJobs: 1001 }, { maxEventAgeMs: -1 }, { maxEventAheadMs: 0.5 }])(
    '%j is refused',
    (choices) => {
      expect(() => createPolicy(choices)).toThrow(RangeError)
    },
  )
})
