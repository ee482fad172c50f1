import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { bodyOf } from './shared/body.ts'
import { readScenario, recordedNonces } from './shared/corpus.ts'
import { badJobs, hashRequest, pointRequest } from './shared/events.ts'
import { type Answer, accept, type Call, startPlatform } from './shared/platform.ts'
import { startTestService, type TestServiceOptions } from './shared/service.ts'
import { strangersAddress, withdrawal } from './shared/withdrawal.ts'

const webhookSecret = 'the-webhook-secret-of-the-tests'
const seedHex = '07'.repeat(32)
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(answer: Answer = accept, more: Partial<TestServiceOptions> = {}) {
  const platform = await startPlatform(answer)
  closers.push(platform.close)
  const signer = await startTestService({
    seedHex,
    webhookSecret,
    platformUrl: platform.url,
    ...more,
  })
  closers.push(signer.remove, () => signer.service.close())
  return { platform, signer }
}

/** Starts again on what a service left behind. */
async function startAgain(folder: string, platformUrl: string, more: Partial<TestServiceOptions>) {
  const again = await startTestService({ seedHex, webhookSecret, platformUrl, folder, ...more })
  closers.push(() => again.service.close())
  return again
}

const down: Answer = (_call, response) => {
  response.statusCode = 503
  response.end()
}
const refuse: Answer = (_call, response) => void response.end('{"errors":[{"message":"no"}]}')
/** Refuses answers, and tells what it has of jobs. */
const holding =
  (status: string | null): Answer =>
  (call, response) => {
    if (call.operation !== 'SignablePayloadStatus') return refuse(call, response)
    response.setHeader('content-type', 'application/json')
    const entity = status === null ? null : { __typename: 'SignablePayload', status }
    response.end(JSON.stringify({ data: { entity } }))
  }
const first = 2 ** 48 - 1
const short = { webhook: { decision_deadline_ms: 700 } }
const patient = { webhook: { decision_deadline_ms: 700, accept_when_recorded: 'never' } } as const
const indexOf = ({ variables }: Call) => Number(variables['per_commitment_point_index'])

type Signer = Awaited<ReturnType<typeof startTestService>>

/** The rows of the outbox as the admin API tells them. */
async function rowsOf(signer: Signer) {
  const reply = await signer.admin('GET', '/outbox')
  const { answers } = JSON.parse(await reply.text())
  return answers as readonly Record<string, unknown>[]
}

/** Resolves once there are so many rows: that an answer was taken is noted after the reply. */
async function untilRows(signer: Signer, count: number) {
  while ((await rowsOf(signer)).length !== count) await new Promise((go) => setImmediate(go))
}

/** Resolves once the log has a line with all of these texts. */
async function untilLogged(signer: Signer, ...texts: readonly string[]) {
  const isWanted = (line: string) => texts.every((text) => line.includes(text))
  while (!signer.lines.some(isWanted)) await new Promise((resolve) => setImmediate(resolve))
}

describe('an answer that the platform does not take', () => {
  test('is on the disk: the call ends well near its deadline, and it is brought later', async () => {
    const { platform, signer } = await start(down, short)
    const reply = await signer.post(hashRequest())
    expect(reply.status).toBe(200)
    expect(await rowsOf(signer)).toMatchObject([{ state: 'waiting', lane: 'invoice Invoice:1' }])
    const [before] = platform.calls
    platform.answerWith(accept)
    await untilLogged(signer, 'answer brought')
    expect(platform.calls.at(-1)?.variables).toEqual(before?.variables)
    await untilRows(signer, 0)
    const body = await (await fetch(`${signer.service.adminUrl}/metrics`)).text()
    expect(body).toContain('boltwarden_deliveries_total{outcome="recorded"} 1')
    expect(body).toContain('boltwarden_outbox_attempts_total{result="accepted"} 1')
    expect(body).toContain('boltwarden_outbox_answers{state="waiting"} 0')
  })

  test('is 503 where the owner wants that, and is brought all the same', async () => {
    const { platform, signer } = await start(down, patient)
    const reply = await signer.post(hashRequest())
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2'])
    platform.answerWith(accept)
    await untilLogged(signer, 'answer brought')
  })

  test('survives a restart, and goes out first', async () => {
    const { platform, signer } = await start(down, short)
    expect((await signer.post(hashRequest())).status).toBe(200)
    await signer.service.close()
    const count = platform.calls.length
    platform.answerWith(accept)
    const again = await startAgain(signer.folder, platform.url, short)
    await untilLogged(again, 'answer brought')
    expect(platform.calls[count]).toEqual(platform.calls[0])
  })

  test('is brought in the order of its channel; what is asked meanwhile does not overtake', async () => {
    const { platform, signer } = await start(down, short)
    for (const below of [0, 1, 2]) await signer.post(pointRequest(first - below))
    platform.calls.length = 0
    const taken: number[] = []
    platform.answerWith((call, response) => {
      taken.push(indexOf(call))
      return accept(call, response)
    })
    const last = await signer.post(pointRequest(first - 3))
    expect(last.status).toBe(200)
    await platform.until(() => taken.length >= 4)
    expect(taken).toEqual([first, first - 1, first - 2, first - 3])
    await untilLogged(signer, `"kind":"get-per-commitment-point"`)
  })

  test('does not overtake where its event is sent once more', async () => {
    const taken: number[] = []
    const take: Answer = (call, response) => {
      taken.push(indexOf(call))
      return accept(call, response)
    }
    const stuck: Answer = (call, response) =>
      (indexOf(call) === first ? down : take)(call, response)
    const { platform, signer } = await start(stuck, patient)
    expect((await signer.post(pointRequest(first))).status).toBe(503)
    const next = pointRequest(first - 1, { event_id: 'next' })
    for (const _ of ['fresh', 'repeated']) expect((await signer.post(next)).status).toBe(503)
    platform.answerWith(take)
    // On a busy machine the first one may take longer than a call has.
    while ((await signer.post(next)).status !== 200);
    expect(taken.slice(0, 2)).toEqual([first, first - 1])
  })

  test('is brought by its own call, however many of its channel are under way', async () => {
    const { platform, signer } = await start()
    const events = Array.from({ length: 128 }, (_, at) => `many-${at}`).values()
    const worker = async () => {
      for (const event_id of events) {
        expect((await signer.post(pointRequest(first, { event_id }))).status).toBe(200)
      }
    }
    await Promise.all(Array.from({ length: 64 }, worker))
    expect(platform.calls).toHaveLength(128)
    // What waits behind others is brought by the worker, at a commit or two for each.
    expect(signer.lines.filter((line) => line.includes('answer brought'))).toEqual([])
  })

  test('holds up no other channel', async () => {
    const stuck: Answer = (call, response) =>
      indexOf(call) === first ? down(call, response) : accept(call, response)
    const { signer } = await start(stuck, short)
    expect((await signer.post(pointRequest(first))).status).toBe(200)
    const other = pointRequest(first - 1, { entity_id: 'Channel:2' }, { derivation_path: 'm/3/8' })
    expect((await signer.post(other)).status).toBe(200)
    await untilRows(signer, 1)
  })

  test('is no new payment: what it used up and what it counted does not forbid it', async () => {
    const policy = '[onchain]\nrequire_intents = true\nhourly_sats = 30000\n'
    const { platform, signer } = await start(down, { ...short, policy })
    const terms = { kind: 'withdrawal', address: strangersAddress, amount_sats: 20_000, id: 'rent' }
    expect((await signer.admin('POST', '/intents', terms)).status).toBe(201)
    const body = withdrawal(signer.keychain, 20_000n, 1)
    // The first one looks for our own scripts, which may take longer than it has.
    while ((await rowsOf(signer)).length === 0) await signer.post(body)
    platform.answerWith(accept)
    await untilLogged(signer, 'answer brought')
    expect(platform.calls.at(-1)?.operation).toBe('SignMessages')
    expect(signer.lines.join('')).not.toContain('set aside')
  })

  test('is the first hash of its invoice, also where a second question would be refused', async () => {
    const policy = '[rules]\npolicy-lightspark-invoice-hash = "error"\n'
    const { platform, signer } = await start(down, { ...short, policy })
    expect((await signer.post(hashRequest())).status).toBe(200)
    platform.answerWith(accept)
    await untilLogged(signer, 'answer brought')
  })

  test('is not sent where the policy forbids it by now: set aside, told, on record', async () => {
    const { platform, signer } = await start(down, { ...short, policy: '' })
    const anHourOld = { event_id: 'e-1', timestamp: '2025-12-31T23:00:00Z' }
    expect((await signer.post(hashRequest('Invoice:1', anHourOld))).status).toBe(200)
    writeFileSync(
      signer.policyFile ?? '',
      '[events]\nmax_age_seconds = 60\n[rules]\npolicy-lightspark-freshness = "error"\n',
    )
    expect((await signer.admin('POST', '/policy/reload', {})).status).toBe(200)
    // An attempt that began under the old policy may still be on its way until then.
    await untilLogged(signer, 'answer set aside', 'FORBIDDEN_SINCE')
    const sent = platform.calls.length
    platform.answerWith(accept)
    expect(await rowsOf(signer)).toMatchObject([{ event: 'e-1', reason: 'FORBIDDEN_SINCE' }])
    expect(platform.calls.slice(sent)).toEqual([])
    const metrics = await (await fetch(`${signer.service.adminUrl}/metrics`)).text()
    expect(metrics).toContain('boltwarden_outbox_set_aside_total{reason="FORBIDDEN_SINCE"} 1')
    expect(metrics).toContain('boltwarden_outbox_answers{state="set-aside"} 1')
  })
})

describe('an answer that the platform refuses', () => {
  test('counts as brought where the platform has it already', async () => {
    const { signer } = await start(holding('VALIDATION_FAILED'))
    // Declined, which is VALIDATION_FAILED there.
    expect((await signer.post(badJobs())).status).toBe(200)
    await untilRows(signer, 0)
  })

  test.each(['SIGNED', 'INVALID_SIGNATURE'])(
    'is set aside with an alert where the job is %s',
    async (status) => {
      const { signer } = await start(holding(status))
      const reply = await signer.post(badJobs())
      expect([reply.status, (await bodyOf(reply)).code]).toEqual([503, 'ANSWER_REFUSED'])
      expect(await rowsOf(signer)).toMatchObject([
        { state: 'set-aside', reason: 'ANSWER_REFUSED', verdict: 'decline' },
      ])
      expect(signer.lines.join('')).toContain('answer set aside')
    },
  )

  test.each(['CREATED', null])(
    'is tried so often where the platform says %s, then set aside; its lane goes on',
    async (status) => {
      const { platform, signer } = await start(holding(status), { outbox: { max_attempts: 3 } })
      expect((await signer.post(badJobs())).status).toBe(503)
      await untilLogged(signer, 'answer set aside')
      expect(await rowsOf(signer)).toMatchObject([
        { state: 'set-aside', reason: 'TOO_MANY_ATTEMPTS' },
      ])
      platform.answerWith(accept)
      const [{ event } = { event: '' }] = await rowsOf(signer)
      const retried = await signer.admin('POST', `/outbox/${event}/retry`, {})
      expect([retried.status, await retried.json()]).toEqual([200, { event, retried: true }])
      await untilLogged(signer, 'answer brought')
      await untilRows(signer, 0)
    },
  )

  test('is dropped by an operator, once', async () => {
    const { signer } = await start(holding('SIGNED'))
    await signer.post(badJobs(1, { event_id: 'e-1' }))
    const dropped = await signer.admin('DELETE', '/outbox/e-1')
    expect(await dropped.json()).toEqual({ event: 'e-1', dropped: true })
    await untilRows(signer, 0)
    const again = await signer.admin('DELETE', '/outbox/e-1')
    expect([again.status, (await bodyOf(again)).code]).toEqual([404, undefined])
    expect((await signer.admin('POST', '/outbox/e-1/retry', {})).status).toBe(404)
  })

  test('stays where only our credentials are refused', async () => {
    const locked: Answer = (_call, response) => {
      response.statusCode = 401
      response.end()
    }
    const { platform, signer } = await start(locked, { ...short, outbox: { max_attempts: 1 } })
    await signer.post(hashRequest())
    await platform.until(() => platform.calls.length > 5)
    expect(await rowsOf(signer)).toMatchObject([
      { state: 'waiting', last_error: 'PLATFORM_REFUSED' },
    ])
    platform.answerWith(accept)
    await untilLogged(signer, 'answer brought')
  })
})

describe('two signers on one store', () => {
  test('what one leaves behind the other brings, and only one of them', async () => {
    const { platform, signer } = await start(down, short)
    const other = await startAgain(signer.folder, platform.url, short)
    for (const invoice of ['Invoice:1', 'Invoice:2', 'Invoice:3']) {
      expect((await signer.post(hashRequest(invoice))).status).toBe(200)
    }
    await signer.service.close()
    platform.calls.length = 0
    platform.answerWith(accept)
    await platform.until(() => platform.calls.length >= 3)
    while ((await rowsOf(other)).length > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(new Set(platform.calls.map(({ variables }) => variables['invoice_id'])).size).toBe(3)
  })
})

describe('recorded traffic', () => {
  test('is answered by the worker as it would have been at once', async () => {
    const scenario = readScenario('send-legacy')
    const { platform, signer } = await start(down, {
      ...scenario,
      nonces: recordedNonces(scenario),
      webhook: { decision_deadline_ms: 250 },
      policy: '[onchain]\nunlinked_funding_max_sats = 1000000000\n',
    })
    const taken = () => platform.calls.at(-1)
    let count = 0
    for (const event of scenario.events.slice(0, 24)) {
      signer.setNow(event.timestampMs)
      platform.answerWith(down)
      // The first signature of a kind may take longer than it has.
      let reply = await signer.post(event.body, event.signature)
      while (reply.status === 503) reply = await signer.post(event.body, event.signature)
      expect([event.subEvent, reply.status]).toEqual([event.subEvent, 200])
      if (event.expected === null) continue
      platform.answerWith(accept)
      await untilLogged(signer, event.eventId, 'answer brought')
      const { operation, variables } = event.expected
      expect(taken()).toMatchObject({ operation, variables })
      count++
    }
    expect(count).toBeGreaterThan(12)
    expect(signer.lines.join('')).not.toContain('set aside')
  })
})
