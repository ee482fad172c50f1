import { describe, expect, test } from 'vitest'
import { Turnstile } from '../src/pipeline/turnstile.ts'
import { badJobs } from './shared/events.ts'
import { sign, startTestService } from './shared/service.ts'

/** Notes each turn of the event loop until it is told to stop. */
function turns(log: string[]): () => void {
  let isOver = false
  const next = () => {
    if (isOver) return
    log.push('turn')
    setImmediate(next)
  }
  setImmediate(next)
  return () => {
    isOver = true
  }
}

describe('a turnstile', () => {
  test('lets one pass in a turn, in order, whatever came at once', async () => {
    const turnstile = new Turnstile()
    const log: string[] = []
    const stop = turns(log)
    const work = async (name: string) => {
      await turnstile.pass()
      log.push(`${name} begins`)
      await turnstile.pass()
      log.push(`${name} ends`)
    }
    await Promise.all(['a', 'b', 'c'].map(work))
    stop()
    const works = log.flatMap((entry, at) => (entry === 'turn' ? [] : [{ entry, at }]))
    expect(works.map(({ entry }) => entry)).toEqual([
      'a begins',
      'b begins',
      'c begins',
      'a ends',
      'b ends',
      'c ends',
    ])
    for (const { at } of works.slice(1)) expect(log[at - 1]).toBe('turn')
  })

  test('lets others pass while one is at work', async () => {
    const turnstile = new Turnstile()
    await turnstile.pass()
    await turnstile.pass()
    const late = turnstile.pass()
    await expect(late).resolves.toBeUndefined()
  })
})

test('a health check does not wait for all the deliveries that came before it', async () => {
  const webhookSecret = 'the-webhook-secret-of-the-tests'
  const signer = await startTestService({
    seedHex: '07'.repeat(32),
    webhookSecret,
    respondDirectly: true,
  })
  try {
    const log: string[] = []
    const deliveries = Array.from({ length: 60 }, async () => {
      const body = badJobs(20)
      const call = { body: new TextEncoder().encode(body), signature: sign(body, webhookSecret) }
      const { status } = await signer.service.receive(call)
      log.push(`delivery ${status}`)
    })
    const health = fetch(`${signer.service.adminUrl}/livez`).then(({ status }) => {
      log.push(`livez ${status}`)
    })
    await Promise.all([...deliveries, health])
    // Declined, which the reply says.
    expect(log.filter((entry) => entry === 'delivery 200')).toHaveLength(60)
    expect(log.indexOf('livez 200')).toBeGreaterThanOrEqual(0)
    expect(log.indexOf('livez 200')).toBeLessThan(log.length - 1)
  } finally {
    await signer.service.close()
    signer.remove()
  }
})
