import { isFault, parseWebhook, toRequest, WebhookEventType } from '@boltwarden/sdk'
import { describe, expect, test } from 'vitest'
import { officialEvents, officialSignatures, scenarios, utf8 } from '../vectors.ts'
import { encode, eventBody, jobBody, peerKey, signingBody, subEventNames } from './bodies.ts'

const parse = (body: unknown) => parseWebhook(encode(body))

/** A parsed signing request; anything else fails the test. */
function signing(body: unknown) {
  const event = parse(body)
  if (event.kind !== 'remote-signing') throw new Error(`parsed as ${event.kind}`)
  return event
}

describe('both names read', () => {
  test('of an event', () => {
    const event = parse(eventBody(undefined, { event_type: 'NODE_STATUS', wallet_id: 'Wallet:1' }))
    expect(event.eventType).toBe('NODE_STATUS')
    expect(event.event_type).toBe('NODE_STATUS')
    expect(event.eventId).toBe(event.event_id)
    expect(event.entityId).toBe('Channel:018fe6a8-1096-69e3-0000-b60765430f65')
    expect(event.entity_id).toBe(event.entityId)
    expect([event.apiVersion, event.api_version]).toEqual(['2023-09-13', '2023-09-13'])
    expect([event.walletId, event.wallet_id]).toEqual(['Wallet:1', 'Wallet:1'])
    expect(event.timestamp).toEqual(new Date('2024-06-05T04:28:45.171Z'))
    expect(event.data).toBeUndefined()
  })

  test.each(subEventNames)('of the data of %s, and every name of the wire is kept', (name) => {
    const body = signingBody(name)
    const { data } = signing(body)
    const read = new Map<string, unknown>(Object.entries(data))
    for (const wire of Object.keys(JSON.parse(JSON.stringify(body)).data)) {
      const camel = wire.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      expect(read.has(wire), wire).toBe(true)
      expect(read.has(camel), camel).toBe(true)
      expect(read.get(camel)).toBe(read.get(wire))
    }
  })

  test('of a signing job', () => {
    const { data } = signing(signingBody('DERIVE_KEY_AND_SIGN'))
    if (data.subEventType !== 'DERIVE_KEY_AND_SIGN') throw new Error(data.subEventType)
    expect(data.signing_jobs).toBe(data.signingJobs)
    expect(data.signingJobs[0]).toMatchInlineSnapshot(`
      {
        "addTweak": undefined,
        "add_tweak": undefined,
        "amount": 1000000,
        "derivationPath": "m/3/2013693567/0",
        "derivation_path": "m/3/2013693567/0",
        "destinationDerivationPath": undefined,
        "destination_derivation_path": undefined,
        "id": "SignablePayload:01a20257-779b-5260-0000-440cbd966011",
        "isRaw": true,
        "is_raw": true,
        "message": "6262626262626262626262626262626262626262626262626262626262626262",
        "mulTweak": undefined,
        "mul_tweak": undefined,
        "perCommitmentPointIdx": 281474976710655,
        "per_commitment_point_idx": 281474976710655,
        "script": "52ae",
        "transaction": "0200",
      }
    `)
  })
})

describe('what this version does not know', () => {
  test('extra fields stay where they stood', () => {
    const job = { ...jobBody(), urgency: { level: 3 } }
    const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs: [job], reason: 'test' })
    const event = signing({ ...body, region: 'eu' })
    expect(event).toMatchObject({
      region: 'eu',
      data: { reason: 'test', signingJobs: [{ urgency: { level: 3 } }] },
    })
  })

  test('an extra field cannot pass for a known one', () => {
    const event = signing({ ...signingBody('ECDH'), eventType: 'X', kind: 'other', eventId: 'Y' })
    expect(event.eventType).toBe('REMOTE_SIGNING')
    expect(event.eventId).toBe('018fe6a810f306a80000685529f591ec')
    const { data } = signing(signingBody('ECDH', { subEventType: 'X', peerPublicKey: 'Y' }))
    expect(data).toMatchObject({ subEventType: 'ECDH', peerPublicKey: peerKey })
  })

  test.each([
    ...Object.values(WebhookEventType).filter((type) => type !== 'REMOTE_SIGNING'),
    'ADDED_NEXT_YEAR',
  ])('event type %s parses, with its data', (type) => {
    const event = parse(eventBody({ amount: 1.5 }, { event_type: type }))
    expect(event).toMatchObject({ kind: 'other', eventType: type, data: { amount: 1.5 } })
  })

  test.each(['VLS_MESSAGE', 'ADDED_NEXT_YEAR', 'toString'])(
    'sub-event %s parses by name',
    (name) => {
      const event = parse(eventBody({ sub_event_type: name, anything: [1] }))
      expect(event).toMatchObject({
        kind: 'unsupported',
        data: { subEventType: name, sub_event_type: name, anything: [1] },
      })
    },
  )
})

describe(officialEvents.source, () => {
  test.each(officialEvents.cases)('$name', ({ body }) => {
    expect(parseWebhook(utf8(body)).kind).toBe('remote-signing')
  })
})

test(officialSignatures.source, () => {
  expect(parseWebhook(utf8(officialSignatures.body))).toMatchObject({
    kind: 'other',
    eventType: 'NODE_STATUS',
    timestamp: new Date('2023-05-17T23:56:47.874Z'),
  })
})

describe('the recorded corpus', () => {
  test.each(scenarios)('every event of $scenario parses', ({ events }) => {
    for (const { body } of events) {
      expect(toRequest(signing(JSON.parse(body))).network).toBe('REGTEST')
    }
  })
})

describe('ECDH', () => {
  const key = `02${'ab'.repeat(32)}`

  test('peer_pub_key reads too', () => {
    const { data } = signing(signingBody('ECDH', { peer_public_key: undefined, peer_pub_key: key }))
    expect(data).toMatchObject({ peerPublicKey: key, peer_public_key: key })
  })

  test('two spellings with two keys are refused', () => {
    expect(problem(signingBody('ECDH', { peer_pub_key: key }))).toBe(
      'data.peer_pub_key: the same as peer_public_key',
    )
  })
})

/** What is wrong with a body, as `path: expected`. */
function problem(body: unknown): string {
  try {
    parse(body)
  } catch (error) {
    if (!isFault(error, 'WEBHOOK_MALFORMED')) throw error
    expect(error.status).toBe(400)
    return `${error.fault.path}: ${error.fault.expected}`
  }
  return 'none'
}

describe('malformed', () => {
  test.each([
    ['[]', []],
    ['null', null],
    ['a string', 'REMOTE_SIGNING'],
  ])('a body that is %s', (_, body) => {
    expect(problem(body)).toBe(': an object')
  })

  const id = '1 to 256 printable ASCII characters'
  test.each([
    ['event_type', undefined, 'event_type: 1 to 256 printable ASCII characters'],
    ['event_type', 7, 'event_type: 1 to 256 printable ASCII characters'],
    ['event_type', 'NODE\u009b2J', 'event_type: 1 to 256 printable ASCII characters'],
    ['event_id', '', `event_id: ${id}`],
    ['event_id', 'a b', `event_id: ${id}`],
    ['event_id', 'a'.repeat(257), `event_id: ${id}`],
    ['entity_id', null, `entity_id: ${id}`],
    ['entity_id', 'Channel:é', `entity_id: ${id}`],
    ['wallet_id', 1, `wallet_id: ${id}`],
    ['timestamp', 1717561725, 'timestamp: an RFC 3339 time'],
    ['timestamp', '2024-06-05', 'timestamp: an RFC 3339 time'],
    ['timestamp', '2024-06-05T04:28:45', 'timestamp: an RFC 3339 time'],
    ['timestamp', '2024-02-30T04:28:45Z', 'timestamp: an RFC 3339 time'],
    ['timestamp', '2024-06-05T24:28:45Z', 'timestamp: an RFC 3339 time'],
    ['data', undefined, 'data: an object'],
    ['data', [], 'data: an object'],
  ])('envelope: %s = %j', (name, value, expected) => {
    expect(problem({ ...signingBody('ECDH'), [name]: value })).toBe(expected)
  })

  test.each([
    ['sub_event_type', undefined],
    ['sub_event_type', 'A B'],
    ['sub_event_type', 'A'.repeat(65)],
  ])('%s = %j', (name, value) => {
    expect(problem(signingBody('ECDH', { [name]: value }))).toBe(
      'data.sub_event_type: 1 to 64 letters, digits or underscores',
    )
  })

  const index = 'an integer from 0 to 281474976710655'
  test.each([
    ['bitcoin_network', 'regtest', 'one of MAINNET, TESTNET, SIGNET, REGTEST'],
    ['bitcoin_network', undefined, 'one of MAINNET, TESTNET, SIGNET, REGTEST'],
    ['derivation_path', '', 'a string of 1 to 255 characters'],
    ['derivation_path', 'm/'.repeat(128), 'a string of 1 to 255 characters'],
    ['per_commitment_point_idx', -1, index],
    ['per_commitment_point_idx', 2 ** 48, index],
    ['per_commitment_point_idx', 1.5, index],
    ['per_commitment_point_idx', '1', index],
    ['per_commitment_point_idx', null, index],
    ['node_id', undefined, id],
  ])('GET_PER_COMMITMENT_POINT: %s = %j', (name, value, expected) => {
    const body = signingBody('GET_PER_COMMITMENT_POINT', { [name]: value })
    expect(problem(body)).toBe(`data.${name}: ${expected}`)
  })

  test('an index that a double would round is no index', () => {
    const text = JSON.stringify(signingBody('GET_PER_COMMITMENT_POINT'))
    for (const written of ['27363191.0', '2.7363191e7', '281474976710655.00000000001', '-0']) {
      const body = utf8(text.replace('27363191', written))
      expect(() => parseWebhook(body)).toThrow('data.per_commitment_point_idx expected an integer')
    }
  })

  test.each([
    ['preimage_nonce', 'aa'.repeat(31), '32 bytes of hex'],
    ['preimage_nonce', null, '32 bytes of hex'],
    ['invoice_id', undefined, id],
    ['is_uma', 'no', 'true or false'],
  ])('RELEASE_PAYMENT_PREIMAGE: %s = %j', (name, value, expected) => {
    const body = signingBody('RELEASE_PAYMENT_PREIMAGE', { [name]: value })
    expect(problem(body)).toBe(`data.${name}: ${expected}`)
  })

  test.each([
    ['id', undefined, id],
    ['derivation_path', undefined, 'a string of 1 to 255 characters'],
    ['message', 'ab'.repeat(31), '32 bytes of hex'],
    ['message', 'zz'.repeat(32), '32 bytes of hex'],
    ['add_tweak', 'ab', '32 bytes of hex'],
    ['mul_tweak', 'ab'.repeat(33), '32 bytes of hex'],
    ['is_raw', 1, 'true or false'],
    ['per_commitment_point_idx', 2 ** 48, index],
    ['script', 'abc', 'hex'],
    ['transaction', 'xy', 'hex'],
    ['amount', 2_100_000_000_000_001, 'an integer from 0 to 2100000000000000'],
    ['amount', '1', 'an integer from 0 to 2100000000000000'],
    ['destination_derivation_path', 7, 'a string of 1 to 255 characters'],
  ])('a job: %s = %j', (name, value, expected) => {
    const jobs = [jobBody(), jobBody(), { ...jobBody(), [name]: value }]
    const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs: jobs })
    expect(problem(body)).toBe(`data.signing_jobs[2].${name}: ${expected}`)
  })

  test('jobs that are no list, or no object', () => {
    const body = (signing_jobs: unknown) => signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs })
    expect(problem(body({}))).toBe('data.signing_jobs: an array')
    expect(problem(body(['x']))).toBe('data.signing_jobs[0]: an object')
  })

  test('the fault never quotes what it found', () => {
    const body = signingBody('RELEASE_PAYMENT_PREIMAGE', { preimage_nonce: 'canary'.repeat(9) })
    expect(() => parse(body)).toThrow(
      'WEBHOOK_MALFORMED: data.preimage_nonce expected 32 bytes of hex',
    )
  })
})
