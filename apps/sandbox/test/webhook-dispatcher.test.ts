import { afterEach, describe, expect, test } from 'vitest'
import {
  createDispatcher,
  createPlatform,
  type DispatcherOptions,
  lastAttempt,
  remoteSigningEvent,
  signBody,
  testEvent,
} from '../src/index.ts'
import { startMicros, stoppedEnvironment } from './stopped-environment.ts'
import { type Receiver, startReceiver } from './webhook-receiver.ts'

const secret = 'webhook-secret'

describe('webhook dispatcher', () => {
  const receivers: Receiver[] = []
  afterEach(async () => {
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()))
  })

  async function setUp(
    answers: readonly (number | 'never')[],
    options: Partial<DispatcherOptions> = {},
    body?: string,
  ) {
    const receiver = await startReceiver(answers, body)
    receivers.push(receiver)
    const environment = stoppedEnvironment()
    const platform = createPlatform(environment)
    const dispatcher = createDispatcher({ url: receiver.url, secret, environment, ...options })
    return { receiver, environment, platform, dispatcher }
  }

  test('the envelope is the documented one, signed over the very bytes that are sent', async () => {
    const { receiver, platform, dispatcher } = await setUp([200])
    const data = { sub_event_type: 'ECDH', bitcoin_network: 'REGTEST' }
    await dispatcher.deliver(remoteSigningEvent(platform, 'node_with_server_signing:1', data))
    const [call] = receiver.received
    expect(call?.headers['lightspark-signature']).toBe(
      signBody(secret, call?.body ?? new Uint8Array()),
    )
    expect(call?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(new TextDecoder().decode(call?.body))).toEqual({
      event_type: 'REMOTE_SIGNING',
      event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      api_version: '2023-09-13',
      timestamp: '2024-06-05T04:20:45.171899+00:00',
      entity_id: 'node_with_server_signing:1',
      data,
    })
  })

  test('what fails for a while is sent again, the same bytes, after growing pauses', async () => {
    const { receiver, environment, platform, dispatcher } = await setUp([503, 500, 429, 204])
    const delivery = await dispatcher.deliver(testEvent(platform, 'GET_PER_COMMITMENT_POINT'))
    expect(delivery.outcome).toBe('accepted')
    expect(delivery.attempts.map(({ status }) => status)).toEqual([503, 500, 429, 204])
    expect(environment.pauses).toEqual([500, 2_000, 8_000])
    expect(environment.nowMicros()).toBe(startMicros + 10_500_000)
    const bodies = new Set(receiver.received.map(({ body }) => new TextDecoder().decode(body)))
    expect(bodies.size).toBe(1)
    expect([...bodies][0]).toContain(delivery.eventId)
  })

  test('an event is unanswered when the schedule ends', async () => {
    const { receiver, platform, dispatcher } = await setUp([503], { schedule: [1, 2] })
    const delivery = await dispatcher.deliver(testEvent(platform, 'ECDH'))
    expect(delivery.outcome).toBe('unanswered')
    expect(receiver.received).toHaveLength(3)
  })

  test.each([400, 401, 403, 302])('%i is an answer: it is not sent again', async (status) => {
    const { receiver, platform, dispatcher } = await setUp([status])
    const delivery = await dispatcher.deliver(testEvent(platform, 'ECDH'))
    expect(delivery.outcome).toBe('refused')
    expect(receiver.received).toHaveLength(1)
  })

  test('many calls at once leave nothing behind that Node would warn of', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    const { platform, dispatcher } = await setUp([200])
    const events = Array.from({ length: 24 }, () => testEvent(platform, 'ECDH'))
    await Promise.all(events.map((event) => dispatcher.deliver(event)))
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  test('a call that takes too long is given up and counts as a failure', async () => {
    const options = { timeoutMs: 50, schedule: [1] }
    const { platform, dispatcher } = await setUp(['never', 200], options)
    const delivery = await dispatcher.deliver(testEvent(platform, 'SIGN_INVOICE'))
    expect(delivery.attempts.map(({ status, fault }) => [status, fault])).toEqual([
      [undefined, 'timeout'],
      [200, undefined],
    ])
  })

  test('a webhook that is not there is a network fault', async () => {
    const { receiver, platform, dispatcher } = await setUp([200], { schedule: [] })
    await receiver.close()
    const delivery = await dispatcher.deliver(testEvent(platform, 'ECDH'))
    expect(delivery).toMatchObject({ outcome: 'unanswered', attempts: [{ fault: 'network' }] })
  })

  test('closing ends the call under way and the pauses after it', async () => {
    const { platform, dispatcher } = await setUp(['never'], {
      environment: { ...stoppedEnvironment(), wait: (_ms, signal) => rejectOn(signal) },
    })
    const delivered = dispatcher.deliver(testEvent(platform, 'ECDH'))
    dispatcher.close()
    expect(await delivered).toMatchObject({
      outcome: 'unanswered',
      attempts: [{ fault: 'network' }],
    })
  })

  test('the log keeps every delivery with its reply, of bounded length', async () => {
    const { platform, dispatcher } = await setUp([403], {}, 'x'.repeat(100_000))
    await dispatcher.deliver(testEvent(platform, 'ECDH'))
    await dispatcher.deliver(testEvent(platform, 'SIGN_INVOICE'), { retries: false })
    expect(dispatcher.deliveries().map(({ sequence, subject }) => [sequence, subject])).toEqual([
      [0, 'ECDH'],
      [1, 'SIGN_INVOICE'],
    ])
    const [first] = dispatcher.deliveries()
    expect(first && lastAttempt(first)?.reply).toHaveLength(16 * 1024)
  })
})

function rejectOn(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}
