import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { createStore } from '@boltwarden/store'
import { openSqlite } from '@boltwarden/store/sqlite'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { systemEntropy } from '../src/entropy.ts'
import { openCurve } from '../src/keystore/curve.ts'
import { WaitingRoom } from '../src/overload/waiting-room.ts'
import { deadlineAfter } from '../src/pipeline/deadline.ts'
import { decide } from '../src/pipeline/decide.ts'
import { readCall } from '../src/pipeline/receive.ts'
import { decideOnceRevealed } from '../src/pipeline/reveal-grace.ts'
import { RevealWatch } from '../src/pipeline/reveal-watch.ts'
import { Turnstile } from '../src/pipeline/turnstile.ts'
import { parsePolicy } from '../src/policy-file/load.ts'
import { type Recorded, readScenario } from './shared/corpus.ts'
import { quietLogger, testMetrics } from './shared/deps.ts'
import { startTestService } from './shared/service.ts'
import { withResolvers } from './shared/with-resolvers.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const scenario = readScenario('send-legacy')
const policyText = '[onchain]\nunlinked_funding_max_sats = 1000000000\n'
const isReveal = ({ subEvent }: Recorded) => subEvent.startsWith('REVEAL')

/** The traffic up to a commitment that needs the reveal before it, with that reveal left out. */
function overtaken() {
  const { events } = scenario
  // After the second reveal: the first may be followed by a commitment that needs none.
  const reveals = events.flatMap((event, at) => (isReveal(event) ? [at] : []))
  const [, at = -1] = reveals
  const reveal = events[at]
  const next = events.findIndex((event, i) => i > at && event.subEvent === 'DERIVE_KEY_AND_SIGN')
  const commitment = events[next]
  if (reveal === undefined || commitment === undefined) throw new TypeError('no such traffic')
  const before = [...events.slice(0, at), ...events.slice(at + 1, next)]
  return { before, reveal, commitment }
}

describe('a commitment that overtakes the reveal of the one before', () => {
  test('waits until the reveal is on the disk, and no longer', async () => {
    const { before, reveal, commitment } = overtaken()
    const secp256k1 = await openCurve('auto')
    const keychain = Keychain.fromSeed(hexToBytes(scenario.seedHex), { secp256k1 })
    const folder = mkdtempSync(join(tmpdir(), 'boltwarden-grace-'))
    mkdirSync(folder, { recursive: true })
    closers.push(
      () => rmSync(folder, { recursive: true }),
      () => keychain.dispose(),
    )
    const realm = { fingerprint: keychain.fingerprint, network: scenario.network }
    const store = createStore(openSqlite({ path: join(folder, 'state.sqlite'), realm }))
    closers.push(() => store[Symbol.asyncDispose]())
    const policy = await parsePolicy(policyText, 'policy.toml', { network: 'REGTEST', secp256k1 })
    const asleep = withResolvers<number>()
    const reveals = new (class extends RevealWatch {
      override next(since: number, limitMs: number) {
        const woken = super.next(since, limitMs)
        asleep.resolve(limitMs)
        return woken
      }
    })()
    const deps = {
      network: scenario.network,
      policy: () => policy,
      keychain,
      store,
      entropy: systemEntropy,
      reveals,
      turnstile: new Turnstile(),
      metrics: testMetrics(),
      clock: systemClock,
      logger: quietLogger(),
    }
    const room = new WaitingRoom(
      { maxInFlight: 1, maxInFlightPerLane: 1, maxQueued: 1, maxQueuedPerLane: 1 },
      systemClock,
    )
    const ruled = async ({ body, timestampMs }: Recorded, how: typeof decideOnceRevealed) => {
      const call = { id: '', signature: undefined, startedMs: 0, receivedAtMs: timestampMs }
      const incoming = readCall({ ...call, body: new TextEncoder().encode(body) })
      if (incoming.kind !== 'request') throw new TypeError(incoming.kind)
      const deadline = deadlineAfter(systemClock.monotonicMs(), 60_000, systemClock)
      const place = await room.enter('one place only', deadline)
      const { decision } = await how(incoming.delivery, deadline, place, deps)
      place.leave()
      return decision
    }
    const atOnce: typeof decideOnceRevealed = (delivery) => decide(delivery, deps)
    for (const event of before) {
      expect(await ruled(event, atOnce)).toMatchObject({ verdict: 'sign' })
    }
    const waiting = ruled(commitment, decideOnceRevealed)
    expect(await asleep.promise).toBeLessThanOrEqual(2000)
    expect(await ruled(reveal, atOnce)).toMatchObject({ verdict: 'sign' })
    expect(await waiting).toMatchObject({ verdict: 'sign' })
    expect((await deps.metrics.text()).body).toContain('reveal_waits_total{result="revealed"} 1')
  })

  test('is held where none comes, and signed when it is asked for again', async () => {
    const { before, reveal, commitment } = overtaken()
    const signer = await startTestService({
      ...scenario,
      respondDirectly: true,
      policy: `${policyText}[channels]\nreveal_grace_ms = 20\n`,
    })
    closers.push(signer.remove, () => signer.service.close())
    const post = async (event: Recorded) => {
      signer.setNow(event.timestampMs)
      return signer.post(event.body, event.signature)
    }
    for (const event of before) expect((await post(event)).status).toBeLessThan(300)
    const held = await post(commitment)
    expect([held.status, held.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await held.json()).toMatchObject({
      code: 'HELD',
      tags: ['policy-commitment-previous-revoked'],
    })
    const metrics = await (await fetch(`${signer.service.adminUrl}/metrics`)).text()
    expect(metrics).toContain('boltwarden_reveal_waits_total{result="held"} 1')
    expect((await post(reveal)).status).toBe(204)
    expect((await post(commitment)).status).toBe(200)
  })

  test('and the reveal, both under way at once, are both answered', async () => {
    const { before, reveal, commitment } = overtaken()
    const signer = await startTestService({
      ...scenario,
      respondDirectly: true,
      policy: policyText,
    })
    closers.push(signer.remove, () => signer.service.close())
    for (const event of before) {
      signer.setNow(event.timestampMs)
      await signer.post(event.body, event.signature)
    }
    signer.setNow(commitment.timestampMs)
    const replies = await Promise.all(
      [commitment, reveal].map(({ body, signature }) => signer.post(body, signature)),
    )
    expect(replies.map(({ status }) => status)).toEqual([200, 204])
  })
})

describe('waiting for reveals', () => {
  test('ends with the next one, also where it came before the wait began', async () => {
    const watch = new RevealWatch()
    const since = watch.count
    const first = watch.next(since, 60_000)
    const second = watch.next(since, 60_000)
    watch.recorded()
    expect([await first, await second, await watch.next(since, 60_000)]).toEqual([true, true, true])
    expect(await watch.next(watch.count, 0)).toBe(false)
  })
})
