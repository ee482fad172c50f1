import { answer } from '@boltwarden/core/answering'
import { preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import { violationsOf } from '@boltwarden/policy/decision'
import { judge } from '@boltwarden/policy/judge'
import { rules } from '@boltwarden/policy/rules/index'
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
    for (const { delivery } of scenario.events) signer.accepted(delivery)
    const second = signer.play(scenario)
    expect(second.map(({ repeated }) => repeated)).toEqual(first.map(() => true))
    expect(second.map(({ grant }) => grant)).toEqual(first.map(({ grant }) => grant))
    expect(second.every(({ writes }) => writes.channels.length === 0 && !writes.event)).toBe(true)
  })

  test.each(scenarioNames)('%s: an answer that did not arrive is given again at once', (name) => {
    const scenario = readScenario(name)
    const signer = Signer.of(scenario)
    for (const { delivery, nonce, label } of scenario.events) {
      const drawn = nonce === undefined ? undefined : preimageNonce(hexToBytes(nonce))
      const first = signer.decide(delivery, drawn)
      const again = signer.decide(delivery, drawn)
      expect(again, `${label}`).toMatchObject({ repeated: true, grant: first.grant })
    }
  })

  test.each(scenarioNames)('%s: no answer is given that the state has overtaken', (name) => {
    const scenario = readScenario(name)
    const signer = Signer.of(scenario)
    signer.play(scenario)
    const again = scenario.events.map(({ delivery }) => {
      const judgement = signer.decide(delivery)
      const anew = { ...delivery, event: eventId(`new-${delivery.event}`) }
      const asked = judge(signer.policy, signer.facts(anew), signer.view(anew))
      // What would be refused under a new id is held; what would be signed is given again.
      const isForbidden = violationsOf(asked.decision).some(({ tag }) => rules[tag].mandatory)
      return [judgement.decision.verdict, isForbidden ? 'hold' : 'sign']
    })
    expect(again.map(([found]) => found)).toEqual(again.map(([, expected]) => expected))
  })
})
