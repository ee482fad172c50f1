import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { commitmentSecret } from '@boltwarden/core/bytes'
import { channelId, eventId } from '@boltwarden/core/ids'
import { commitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { readScenario } from './corpus.ts'
import { changed, honest, outcome } from './honest.ts'

const scenario = 'receive-legacy'
const releaseKind = 'release-per-commitment-secret' as const
const index = (below: number) => commitmentIndex(maxCommitmentIndex - below)

const firstPoint = () => honest(scenario, 'get-per-commitment-point')
const release = (below: number) =>
  honest(scenario, 'release-per-commitment-secret', (_, request) => request.index === index(below))
const reveal = (below: number) =>
  honest(
    scenario,
    'reveal-counterparty-per-commitment-secret',
    (_, request) => request.index === index(below),
  )

/** The reveal of an odd index whose commitment had HTLCs. */
const revealAfterHtlc = () => {
  const numbers = htlcNumbers()
  return honest(
    'send-legacy',
    'reveal-counterparty-per-commitment-secret',
    (_, { index: at }) => at % 2 === 1 && numbers.has(maxCommitmentIndex - at),
  )
}

/** The numbers of the counterparty's commitments that had HTLCs. */
function htlcNumbers(): ReadonlySet<number> {
  return new Set(
    readScenario('send-legacy').events.flatMap(({ delivery: { request } }) =>
      request.kind === 'derive-key-and-sign' && request.jobs.length > 1
        ? [maxCommitmentIndex - Number(request.jobs[0]?.index)]
        : [],
    ),
  )
}

describe('a per-commitment point', () => {
  test('of the first index makes the channel known', () => {
    const { signer, delivery } = firstPoint()
    const judgement = signer.decide(delivery)
    expect(outcome(judgement)).toEqual(['sign'])
    expect(judgement.grant).toMatchObject({ kind: 'commitment-point', index: maxCommitmentIndex })
    expect(judgement.writes.channels).toMatchObject([
      { id: delivery.request.channel, lowestPoint: maxCommitmentIndex, origin: 'opening' },
    ])
  })

  test('of another index of a channel never seen is answered, and nothing is remembered', () => {
    const { signer, delivery } = firstPoint()
    const judgement = signer.decide(changed(delivery, { index: commitmentIndex(27_363_191) }))
    expect(outcome(judgement)).toEqual(['sign'])
    expect(judgement.grant).toMatchObject({ index: 27_363_191 })
    expect(judgement.writes.channels).toEqual([])
  })

  test('asked for again changes nothing', () => {
    const { signer, delivery } = firstPoint()
    signer.decide(delivery)
    expect(signer.decide(changed(delivery, {})).writes.channels).toEqual([])
  })

  test.each(['m/3/7/0', 'm/0', "m/4'", 'm/5', "m/6'/0'", 'm/1/0', "m/84'/2'/0'/0/0"])(
    'of %s',
    (path) => {
      const { signer, delivery } = firstPoint()
      expect(outcome(signer.decide(changed(delivery, { path })))).toEqual([
        'decline',
        'policy-lightspark-key-purpose',
      ])
    },
  )

  test.each(["m/3/7'", 'm/3/07', '3/7', 'm/3/2147483648'])('of %s', (path) => {
    const { signer, delivery } = firstPoint()
    expect(outcome(signer.decide(changed(delivery, { path })))).toEqual([
      'decline',
      'policy-lightspark-path',
    ])
  })
})

describe('policy-channel-original-channel-id-reuse', () => {
  test('a second id for a path, a second path for an id, and both at once', () => {
    const { signer, delivery } = firstPoint()
    signer.decide(delivery)
    const other = changed(delivery, { channel: channelId('Channel:other'), path: 'm/3/7' })
    signer.decide(other)
    const refused = ['decline', 'policy-channel-original-channel-id-reuse']
    const decide = (change: Partial<typeof delivery.request>, event: string) => {
      const next = changed(delivery, change)
      return outcome(
        signer.decide({ ...next, bodyHash: new Uint8Array(32), event: eventId(event) }),
      )
    }
    expect(decide({ channel: channelId('Channel:third') }, 'a')).toEqual(refused)
    expect(decide({ path: 'm/3/8' }, 'b')).toEqual(refused)
    expect(decide({ path: 'm/3/7' }, 'c')).toEqual([...refused, refused[1]])
  })

  test('a release under another id', () => {
    const { signer, delivery } = release(3)
    expect(outcome(signer.decide(changed(delivery, { channel: channelId('Channel:x') })))).toEqual([
      'decline',
      'policy-channel-original-channel-id-reuse',
    ])
  })
})

describe('policy-lightspark-unknown-channel', () => {
  const unknown = () => {
    const { signer, delivery } = release(3)
    const channel = channelId('Channel:unknown')
    return { signer, delivery: changed(delivery, { path: 'm/3/7', channel }) }
  }
  const refused = [
    'decline',
    'policy-lightspark-release-before-point',
    'policy-lightspark-unknown-channel',
  ]

  test('a secret of a channel never seen is refused, and the reason says so', () => {
    const { signer, delivery } = unknown()
    const judgement = signer.decide(delivery)
    expect(outcome(judgement)).toEqual(refused)
    expect(judgement.decision).toMatchObject({
      violations: [
        { message: expect.stringContaining('the channel was never seen') },
        { message: expect.stringContaining('the channel was never seen') },
      ],
    })
    expect(judgement.writes.channels).toEqual([])
  })

  test.each([
    ['that observes', { mode: 'observe' }],
    ['that adopts channels', { channels: { adopt: true } }],
    ['that only notes it', { severities: { 'policy-lightspark-unknown-channel': 'warn' } }],
  ] as const)(
    'also under a policy %s: a point lets it in, and then its order is kept',
    (_, choices) => {
      const { signer, delivery } = unknown()
      signer.policy = createPolicy(choices)
      expect(outcome(signer.decide(delivery))[0]).toBe('decline')
      signer.policy = createPolicy({ channels: { adopt: true } })
      const { kind: _kind, ...request } = changed(delivery, { index: index(5) }).request
      const point = { ...request, kind: 'get-per-commitment-point' } as const
      const asked = signer.decide({ ...changed(delivery, {}), request: point })
      expect(asked.writes.channels).toMatchObject([{ channel: 7, origin: 'adopted' }])
      expect(outcome(signer.decide(changed(delivery, {})))).toEqual(['sign'])
      expect(outcome(signer.decide(changed(delivery, { index: index(5) })))).toEqual([
        'decline',
        'policy-lightspark-release-before-point',
        'policy-lightspark-release-order',
      ])
    },
  )
})

describe('policy-lightspark-release-order', () => {
  test('the first index, then each next one, and the last one again', () => {
    for (const below of [0, 1, 2]) {
      const { signer, delivery } = release(below)
      expect(outcome(signer.decide(delivery))).toEqual(['sign'])
      expect(outcome(signer.decide(changed(delivery, {})))).toEqual(['sign'])
    }
  })

  test('the second index first', () => {
    const { signer, delivery } = release(0)
    expect(outcome(signer.decide(changed(delivery, { index: index(1) })))).toContain(
      'policy-lightspark-release-order',
    )
  })

  test('an index released before the last', () => {
    const { signer, delivery } = release(3)
    expect(outcome(signer.decide(changed(delivery, { index: index(1) })))).toEqual([
      'decline',
      'policy-lightspark-release-order',
    ])
  })

  test('an index left out', () => {
    const { signer, delivery } = release(3)
    const point = changed(delivery, { index: index(5) })
    const { kind: _kind, ...request } = point.request
    signer.decide({ ...point, request: { ...request, kind: 'get-per-commitment-point' } })
    const skipped = { ...changed(delivery, { index: index(4) }), event: delivery.event }
    expect(outcome(signer.decide(skipped))).toEqual(['decline', 'policy-lightspark-release-order'])
  })
})

describe('policy-lightspark-release-before-point', () => {
  test('the point of the next index was not asked for', () => {
    const { signer, delivery } = firstPoint()
    signer.decide(delivery)
    const { kind: _kind, ...request } = delivery.request
    const asked = { ...changed(delivery, {}), request: { ...request, kind: releaseKind } }
    expect(outcome(signer.decide(asked))).toEqual([
      'decline',
      'policy-lightspark-release-before-point',
    ])
  })

  test('index 0 has no next one', () => {
    const { signer, delivery } = release(3)
    expect(outcome(signer.decide(changed(delivery, { index: commitmentIndex(0) })))).toEqual([
      'decline',
      'policy-lightspark-release-before-point',
      'policy-lightspark-release-order',
    ])
  })
})

describe('policy-lightspark-reveal-consistent', () => {
  test('secrets in order are learnt, a repeated one changes nothing', () => {
    const { signer, delivery } = reveal(2)
    const learnt = signer.decide(delivery)
    expect(outcome(learnt)).toEqual(['sign'])
    expect(learnt.grant).toEqual({ kind: 'acknowledgement' })
    expect(learnt.writes.channels[0]?.counterpartySecrets.lowest).toBe(index(2))
    expect(signer.decide(changed(delivery, {})).writes.channels).toEqual([])
  })

  test('another secret for a known index', () => {
    const { signer, delivery } = reveal(2)
    signer.decide(delivery)
    const secret = commitmentSecret(new Uint8Array(32).fill(1))
    expect(outcome(signer.decide(changed(delivery, { secret })))).toEqual([
      'decline',
      'policy-lightspark-reveal-consistent',
    ])
  })

  test('a secret of an even index that does not give the one before it', () => {
    const { signer, delivery } = reveal(1)
    const secret = commitmentSecret(new Uint8Array(32).fill(1))
    // It contradicts the tree, and gives other keys than those of the HTLCs that were signed.
    expect(outcome(signer.decide(changed(delivery, { secret })))).toEqual([
      'decline',
      'policy-lightspark-reveal-consistent',
      'policy-lightspark-reveal-consistent',
    ])
  })

  test('a secret of an odd index that does not give the keys of its HTLCs', () => {
    const { signer, delivery } = revealAfterHtlc()
    expect(delivery.request.index % 2).toBe(1)
    const secret = commitmentSecret(new Uint8Array(32).fill(1))
    expect(outcome(signer.decide(changed(delivery, { secret })))).toEqual([
      'decline',
      'policy-lightspark-reveal-consistent',
    ])
    expect(outcome(signer.decide(delivery))).toEqual(['sign'])
  })

  test.each([0, 0xff])('a secret that is no scalar', (fill) => {
    const { signer, delivery } = reveal(0)
    const secret = commitmentSecret(new Uint8Array(32).fill(fill))
    expect(outcome(signer.decide(changed(delivery, { secret })))).toEqual([
      'decline',
      'policy-lightspark-reveal-consistent',
    ])
  })

  test('a secret that comes too early is held, and learnt once its predecessors are known', () => {
    const { signer, delivery, scenario: recorded } = reveal(1)
    const early = recorded.events.find(
      ({ delivery: { request } }) =>
        request.kind === 'reveal-counterparty-per-commitment-secret' && request.index === index(2),
    )
    if (early === undefined) throw new RangeError('no third reveal')
    const judgement = signer.decide(early.delivery)
    expect(outcome(judgement)).toEqual(['hold', 'policy-lightspark-reveal-consistent'])
    expect(judgement.grant).toBeUndefined()
    signer.decide(delivery)
    const again = signer.decide(early.delivery)
    expect(outcome(again)).toEqual(['sign'])
    expect(again.repeated).toBe(false)
  })

  test('a secret that was lost is caught up on by one that derives it', () => {
    const { signer, delivery } = reveal(0)
    const seed = new Uint8Array(32).fill(3)
    const revealed = (below: number) => ({
      index: index(below),
      secret: perCommitmentSecret(seed, index(below)),
    })
    const decide = (below: number) =>
      outcome(
        signer.decide({
          ...changed(delivery, revealed(below)),
          event: eventId(`r-${below}`),
        }),
      )
    expect(decide(0)).toEqual(['sign'])
    expect(decide(2)).toEqual(['hold', 'policy-lightspark-reveal-consistent'])
    expect(decide(3)).toEqual(['sign'])
    const channel = signer.view(delivery).channelById
    expect(channel?.counterpartySecrets.lowest).toBe(index(3))
    expect(decide(2)).toEqual(['sign'])
    const far = { ...revealed(0), index: commitmentIndex(2 ** 47) }
    expect(outcome(signer.decide({ ...changed(delivery, far), event: eventId('far') }))).toEqual([
      'hold',
      'policy-lightspark-reveal-consistent',
    ])
  })

  test('of a channel never seen is acknowledged, and nothing is remembered', () => {
    const { signer, delivery } = reveal(1)
    const judgement = signer.decide(changed(delivery, { channel: channelId('Channel:unknown') }))
    expect(outcome(judgement)).toEqual(['sign'])
    expect(judgement.writes.channels).toEqual([])
  })
})

describe('a request of another network', () => {
  test.each([firstPoint, () => release(3), () => reveal(1)])('%#', (of) => {
    const { signer, delivery } = of()
    const { request } = delivery
    expect(
      outcome(signer.decide({ ...delivery, request: { ...request, network: 'SIGNET' } })),
    ).toEqual(['decline', 'policy-lightspark-network'])
  })
})
