import { describe, expect, test } from 'vitest'
import { readScenario, recordedNonces, scenarioNames } from './shared/corpus.ts'
import { startPlatform } from './shared/platform.ts'
import { startTestService } from './shared/service.ts'

/** The defaults, but that the recording asked for funding signatures before commitment 0. */
const recordingPolicy = '[onchain]\nunlinked_funding_max_sats = 1000000000\n'

describe('recorded traffic through the real pipeline', () => {
  test.each(scenarioNames)('%s: every answer is the recorded one', async (name) => {
    const scenario = readScenario(name)
    const platform = await startPlatform()
    const signer = await startTestService({
      ...scenario,
      platformUrl: platform.url,
      policy: recordingPolicy,
      nonces: recordedNonces(scenario),
    })
    try {
      for (const { body, signature, timestampMs } of scenario.events) {
        signer.setNow(timestampMs)
        const reply = await signer.post(body, signature)
        expect([reply.status, await reply.text()]).toEqual([200, ''])
      }
      const expected = scenario.events.flatMap((event) => event.expected ?? [])
      expect(platform.calls.map(({ operation, variables }) => ({ operation, variables }))).toEqual(
        expected,
      )
      const authorization = `Basic ${Buffer.from('client:the-api-secret').toString('base64')}`
      expect(new Set(platform.calls.map((call) => call.authorization))).toEqual(
        new Set([authorization]),
      )
    } finally {
      await signer.service.close()
      await platform.close()
      signer.remove()
    }
  })

  test('respond-directly: the same answers in the reply', async () => {
    const scenario = readScenario('coop-close-anchors')
    const nonces = recordedNonces(scenario)
    const signer = await startTestService({
      ...scenario,
      nonces,
      respondDirectly: true,
      policy: recordingPolicy,
    })
    try {
      for (const { body, signature, timestampMs, expected } of scenario.events) {
        signer.setNow(timestampMs)
        const reply = await signer.post(body, signature)
        const text = await reply.text()
        if (expected === null) expect([reply.status, text]).toEqual([204, ''])
        else expect([reply.status, JSON.parse(text)]).toEqual([200, expected.variables])
      }
    } finally {
      await signer.service.close()
      signer.remove()
    }
  })
})
