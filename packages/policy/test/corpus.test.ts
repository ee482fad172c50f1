import { answer } from '@boltwarden/core/answering'
import { toHex } from '@boltwarden/core/hex'
import { describe, expect, test } from 'vitest'
import { readScenario, scenarioNames } from './corpus.ts'
import { Signer } from './signer.ts'

/** Everything that an answer carries, whatever its fields are called. */
function textsOf(value: unknown): readonly string[] {
  if (value instanceof Uint8Array) return [toHex(value)]
  if (typeof value !== 'object' || value === null) return value === null ? [] : [String(value)]
  return Object.values(value).flatMap(textsOf).sort()
}

describe('recorded traffic of LDK nodes', () => {
  // That our own commitment is signed is noted by default: it closes a channel by force.
  const noted = 'policy-lightspark-holder-commitment'

  test.each(scenarioNames)('%s: every event is signed, and without a warning', (name) => {
    const scenario = readScenario(name)
    const judgements = Signer.of(scenario).play(scenario)
    const refused = judgements.flatMap(({ decision }, at) =>
      decision.verdict === 'sign' && decision.warnings.every(({ tag }) => tag === noted)
        ? []
        : [{ at, label: scenario.events[at]?.label, decision }],
    )
    expect(refused).toEqual([])
    expect(judgements.every(({ grant, repeated }) => grant !== undefined && !repeated)).toBe(true)
  })

  test.each(scenarioNames)(
    '%s: every answer is that of the official signer, to the byte',
    (name) => {
      const scenario = readScenario(name)
      const signer = Signer.of(scenario)
      for (const [at, { grant }] of signer.play(scenario).entries()) {
        const given = grant === undefined ? null : answer(grant, signer.keys)
        const { kind: _kind, ...values } = given ?? { kind: undefined }
        expect(textsOf(values), `event ${at}`).toEqual(textsOf(scenario.events[at]?.expected))
      }
    },
  )

  test.each(scenarioNames)('%s: every event sent twice gets the same answer twice', (name) => {
    const scenario = readScenario(name)
    const signer = Signer.of(scenario)
    const first = signer.play(scenario)
    const second = signer.play(scenario)
    expect(second.map(({ repeated }) => repeated)).toEqual(first.map(() => true))
    expect(second.map(({ grant }) => grant)).toEqual(first.map(({ grant }) => grant))
    expect(second.every(({ writes }) => writes.channels.length === 0 && !writes.event)).toBe(true)
  })
})
