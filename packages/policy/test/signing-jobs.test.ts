import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { digest } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { changed, changedJob, hash, signing, without } from './honest.ts'

import { coin, pays, receive, scriptOf, spendingTransaction } from './onchain.ts'
import { commitment, decide, resigned, shapes, wallet, withHtlc } from './signing.ts'

describe('an honest signing job', () => {
  test.each(shapes)('%s is signed', (_name, scenario, label) => {
    const honest = signing(scenario, label)
    const notes = label === 'sign_holder_commitment' ? ['policy-lightspark-holder-commitment'] : []
    expect(decide(honest, honest.delivery)).toEqual(['sign', ...notes])
  })

  test('HTLC jobs of an anchor channel are signed with SINGLE|ANYONECANPAY', () => {
    const honest = withHtlc()
    const facts = honest.signer.facts(honest.delivery)
    expect(facts.jobs.map(({ match }) => match?.sighash).slice(0, 2)).toEqual([
      'all',
      'single-anyonecanpay',
    ])
    expect(decide(honest, honest.delivery)).toEqual(['sign'])
  })
})

describe('the funding key', () => {
  test('signs for an anchor of its own, and of no other key', () => {
    const honest = commitment()
    const anchor = (channel: number) =>
      buildAnchor(honest.signer.keys.publicKey({ purpose: 'channel-key', channel, key: 'funding' }))
    const own = Number(honest.delivery.request.jobs[0]?.path.split('/')[2])
    const amount = sats(330n)
    const back = pays(330n, scriptOf(honest.signer, receive(3)))
    const transaction = serialiseTransaction(spendingTransaction([coin('anchor', 330n)], [back]))
    const spending = (script: Uint8Array) =>
      changedJob(honest, (job) => resigned({ ...job, script, amount, transaction }))
    expect(decide(honest, spending(anchor(7)))).toEqual([
      'decline',
      'policy-lightspark-key-in-script',
    ])
    expect(decide(honest, { ...spending(anchor(own)), event: honest.delivery.event })).toEqual([
      'sign',
    ])
  })
})

describe('policy-lightspark-network', () => {
  test('a wallet key of another network', () => {
    const honest = wallet()
    const delivery = changedJob(honest, (job) => ({ ...job, path: job.path.replace("/2'", "/0'") }))
    expect(decide(honest, delivery)).toEqual([
      'decline',
      'policy-lightspark-key-in-script',
      'policy-lightspark-network',
    ])
  })

  test('a request of another network', () => {
    const honest = commitment()
    expect(decide(honest, changed(honest.delivery, { network: 'MAINNET' }))).toEqual([
      'decline',
      'policy-lightspark-network',
    ])
  })
})

describe('policy-lightspark-path', () => {
  test.each([
    'm/3/01/0',
    '3/1/0',
    'm/3/1h/0',
    'm',
    'm/3/1/5',
    'm/3/2147483648/0',
    "m/3'/1/0",
    'm/7',
    '',
  ])('path %j', (path) => {
    const honest = commitment()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, path })),
      ),
    ).toEqual(['decline', 'policy-lightspark-path'])
  })

  test.each(['m/1/-1', 'm/2/0', 'M/1/0'])('destination path %j', (destinationPath) => {
    const honest = wallet()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, destinationPath })),
      ),
    ).toEqual(['decline', 'policy-lightspark-path'])
  })

  test('a path of 45,000 levels', () => {
    const honest = commitment()
    const path = `m${'/0'.repeat(45_000)}`
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, path })),
      ),
    ).toEqual(['decline', 'policy-lightspark-path'])
  })
})

describe('policy-lightspark-key-purpose', () => {
  test.each(['m/0', "m/4'", 'm/5', "m/6'/0'", 'm/3/7'])('%s signs nothing', (path) => {
    const honest = commitment()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, path })),
      ),
    ).toEqual(['decline', 'policy-lightspark-key-purpose'])
  })

  test('a script that is none of the templates', () => {
    const honest = commitment()
    const script = Uint8Array.of(0x51)
    expect(
      decide(
        honest,
        changedJob(honest, (job) => resigned({ ...job, script })),
      ),
    ).toEqual(['decline', 'policy-lightspark-key-purpose'])
  })

  test.each(shapes)('%s: a key of another purpose', (_name, scenario, label) => {
    const honest = signing(scenario, label)
    const path = honest.delivery.request.jobs[0]?.path ?? ''
    // P2WPKH admits payment, destination and wallet keys; everything admits no funding key but two.
    const other =
      path.endsWith('/0') && path.startsWith('m/3') ? path.replace(/0$/, '2') : 'm/3/7/0'
    const job = changedJob(honest, (it) =>
      without(without({ ...it, path: other }, 'addTweak'), 'mulTweak'),
    )
    expect(decide(honest, job)).toEqual([
      'decline',
      'policy-lightspark-key-in-script',
      'policy-lightspark-key-purpose',
      ...(other === 'm/3/7/0' ? ['policy-lightspark-unknown-channel'] : []),
    ])
  })
})

describe('policy-lightspark-key-in-script', () => {
  test.each(shapes)('%s: the same key of another channel or index', (_name, scenario, label) => {
    const honest = signing(scenario, label)
    const other = (path: string) =>
      path.startsWith('m/3/') ? path.replace(/^m\/3\/\d+/, 'm/3/7') : path.replace(/\d+$/, '777')
    const delivery = changedJob(honest, (job) => ({ ...job, path: other(job.path) }))
    const isChannel = honest.delivery.request.jobs[0]?.path.startsWith('m/3/')
    expect(decide(honest, delivery)).toEqual([
      'decline',
      'policy-lightspark-key-in-script',
      ...(isChannel ? ['policy-lightspark-unknown-channel'] : []),
    ])
  })

  test('another add tweak', () => {
    const honest = signing('force-close-by-us-legacy', 'sweep_delayed')
    const addTweak = new Uint8Array(32).fill(1)
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, addTweak })),
      ),
    ).toEqual(['decline', 'policy-lightspark-key-in-script'])
  })
})

describe('policy-lightspark-tweak', () => {
  const both = ['decline', 'policy-lightspark-key-in-script', 'policy-lightspark-tweak']
  const one = new Uint8Array(32).fill(1)

  test.each([
    ['funding', commitment],
    ['payment', () => signing('force-close-by-peer-anchors', 'sweep_static_payment')],
    ['wallet', wallet],
    ['destination', () => signing('coop-close-legacy', 'sweep_static')],
  ])('an add or mul tweak of a %s key', (_name, of) => {
    const honest = of()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, addTweak: one })),
      ),
    ).toEqual(both)
    const multiplied = changedJob(honest, (job) => ({ ...job, mulTweak: one }))
    expect(decide(of(), multiplied)).toEqual(both)
  })

  test.each([
    ['a delayed', () => signing('force-close-by-us-legacy', 'sweep_delayed')],
    ['an HTLC', () => signing('force-close-by-peer-legacy', 'sign_counterparty_htlc_transaction')],
  ])('a mul tweak of %s key', (_name, of) => {
    const honest = of()
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, mulTweak: one })),
      ),
    ).toEqual(both)
  })

  test.each([
    ['0', new Uint8Array(32)],
    ['the order', new Uint8Array(32).fill(0xff)],
    ['31 bytes', new Uint8Array(31).fill(1)],
    ['no bytes', new Uint8Array()],
  ])('a tweak of %s', (_name, addTweak) => {
    const honest = signing('justice-anchors', 'sign_justice_revoked_output')
    expect(
      decide(
        honest,
        changedJob(honest, (job) => ({ ...job, addTweak })),
      ),
    ).toEqual(['decline', 'policy-lightspark-tweak'])
  })
})

describe('policy-lightspark-batch', () => {
  const refused = ['decline', 'policy-lightspark-batch']

  test('no jobs', () => {
    const honest = commitment()
    expect(decide(honest, changed(honest.delivery, { jobs: [] }))).toEqual(refused)
  })

  test('a job id twice', () => {
    const honest = commitment()
    const { jobs } = honest.delivery.request
    expect(decide(honest, changed(honest.delivery, { jobs: [...jobs, ...jobs] }))).toEqual(refused)
  })

  test('more jobs than the policy allows', () => {
    const honest = withHtlc()
    honest.signer.policy = createPolicy({ maxJobs: 1 })
    expect(decide(honest, honest.delivery)).toEqual(refused)
  })

  test('more jobs than any policy allows: none is looked at', () => {
    const honest = commitment()
    const { jobs } = honest.delivery.request
    const many = Array.from({ length: 1001 }, () => jobs).flat()
    const delivery = changed(honest.delivery, { jobs: many })
    expect(honest.signer.facts(delivery).jobs).toEqual([])
    expect(decide(honest, delivery)).toEqual(refused)
  })
})

describe('several violations', () => {
  test('are all reported, each with its job', () => {
    const honest = withHtlc()
    const { request } = honest.delivery
    const [first, second] = request.jobs
    const delivery = changed(honest.delivery, {
      network: 'TESTNET',
      jobs: request.jobs.map((job) =>
        job === second ? { ...job, message: digest(hash('x')), path: 'm/0' } : job,
      ),
    })
    const { decision } = honest.signer.decide(delivery)
    expect(decision.verdict === 'decline' && decision.violations).toEqual([
      // Without its HTLC job a commitment that gives us nothing yet may be our own.
      expect.objectContaining({ tag: 'policy-lightspark-holder-commitment', job: first?.id }),
      expect.objectContaining({ tag: 'policy-lightspark-key-purpose', job: second?.id }),
      expect.objectContaining({ tag: 'policy-lightspark-network' }),
      expect.objectContaining({ tag: 'policy-lightspark-sighash', job: second?.id }),
    ])
    expect(first?.id).toBeDefined()
  })

  test('the honest request is signed after a refused one', () => {
    const honest = commitment()
    const message = digest(hash('another'))
    decide(
      honest,
      changedJob(honest, (job) => ({ ...job, message })),
    )
    expect(decide(honest, honest.delivery)).toEqual(['sign'])
  })
})
