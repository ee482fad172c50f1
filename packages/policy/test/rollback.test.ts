import { describe, expect, test } from 'vitest'
import { commit, opened, type Stage } from './channel/play.ts'
import { readScenario, scenarioNames } from './corpus.ts'
import { Signer } from './signer.ts'

/** A channel that went on for some commitments after its memory was copied, beside that copy. */
function rolledBack(commitments: number): Stage {
  const stage = opened({ type: 'anchors', funder: 'holder', pushMsat: 400_000_000n })
  commit(stage)
  const copy = stage.signer.channel(stage.channel.channel)
  for (let at = 0; at < commitments; at++) commit(stage)
  if (copy === undefined) throw new TypeError('the channel is known')
  stage.signer.write({ channels: [copy] })
  return stage
}

describe('a memory that is older than the channel', () => {
  test.each(scenarioNames)('is not suspected in the recorded traffic of %s', (name) => {
    const scenario = readScenario(name)
    const judged = Signer.of(scenario).play(scenario)
    expect(judged.flatMap(({ rollback }) => rollback ?? [])).toEqual([])
  })

  test('is not suspected where it is not older', () => {
    const { signer, channel } = rolledBack(0)
    const asked = [channel.point(3), channel.release(1), channel.commitment(), channel.reveal(1)]
    for (const delivery of asked) {
      expect(signer.decide(delivery)).not.toHaveProperty('rollback')
    }
  })

  test('shows in a commitment that jumps: held, because a decline closes the channel', () => {
    const { signer, channel } = rolledBack(3)
    const { decision, rollback } = signer.decide(channel.commitment())
    expect(decision.verdict).toBe('hold')
    expect(rollback).toBe('no commitment between number 1 and 5 is remembered as signed')
  })

  test('shows in a secret that is not the next one', () => {
    const { signer, channel } = rolledBack(3)
    const { decision, rollback } = signer.decide(channel.release(4))
    expect(decision.verdict).toBe('decline')
    expect(rollback).toMatch(/are not remembered as released/)
  })

  test('shows in a revocation of the last commitment that is known', () => {
    const { signer, channel } = rolledBack(3)
    const { rollback } = signer.decide(channel.reveal(4))
    expect(rollback).toBe('no commitment after number 1 is remembered, and it is revoked')
  })

  test('shows in a point that comes long after the last one that is known', () => {
    const { signer, channel } = rolledBack(3)
    expect(signer.decide(channel.point(5)).rollback).toBeUndefined()
    const { decision, rollback } = rolledBack(3).signer.decide(channel.point(8))
    expect(decision.verdict).toBe('decline')
    expect(rollback).toMatch(/^the points of 4 indexes above /)
  })
})
