import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { StepResult } from '../src/index.ts'
import { tagsOf } from '../src/walk/reply.ts'
import { coloured, headLine, stepLines, summaryLines } from '../src/walk/table.ts'

const step: StepResult = {
  chapter: 'A channel',
  name: 'point 0',
  kind: 'honest',
  subject: 'GET_PER_COMMITMENT_POINT',
  eventId: '00',
  status: 200,
  latencyMs: 5.04,
  calls: 1,
  mutation: 'update_channel_per_commitment_point',
  outcome: 'verified',
  ok: true,
  tags: [],
  note: 'a point of the curve',
}

const refused: StepResult = {
  ...step,
  name: 'a multiplied funding key',
  kind: 'hostile',
  outcome: 'refused',
  tags: ['policy-lightspark-tweak'],
}

describe('the table of a walk', () => {
  test('a new chapter starts with its title; the columns stand below the heading', () => {
    expect([
      headLine(),
      ...stepLines(step, undefined),
      ...stepLines(refused, step),
      ...stepLines({ ...refused, ok: false, note: 'for another reason' }, step),
      ...stepLines({ ...refused, ok: false, outcome: 'extracted', tags: [], note: 'all' }, step),
      ...stepLines({ ...step, ok: false, outcome: 'failed', status: undefined, note: 'no' }, step),
    ]).toMatchInlineSnapshot(`
      [
        "result     http     ms  step                                                 answer",
        "",
        "A channel",
        "verified   200     5.0  point 0                                              a point of the curve",
        "refused    200     5.0  a multiplied funding key                             policy-lightspark-tweak",
        "REFUSED?   200     5.0  a multiplied funding key                             for another reason; policy-lightspark-tweak",
        "GIVEN AWAY 200     5.0  a multiplied funding key                             all",
        "FAILED     -       5.0  point 0                                              no",
      ]
    `)
  })

  test('colours do not move the columns', () => {
    const visible = (text: string) => stripVTControlCharacters(text)
    expect(stepLines(step, undefined, coloured).map(visible)).toEqual(stepLines(step, undefined))
  })

  test('the summary counts', () => {
    const steps = [step, refused]
    const report = { ok: true, steps, verified: 1, refused: 1, wrong: 0, durationMs: 1234 }
    expect(summaryLines(report)).toMatchInlineSnapshot(`
      [
        "",
        "2 steps: 1 answers verified, 1 requests refused as they must be, 0 wrong",
        "webhook latency p50 5.0 ms, p99 5.0 ms; 1.2 s in all",
      ]
    `)
  })
})

describe('the tags of a reply', () => {
  test.each([
    [
      '{"code":"REFUSED","tags":["policy-lightspark-path"],"reasons":[{"tag":"policy-lightspark-path"}]}',
      ['policy-lightspark-path'],
    ],
    ['{"code":"MALFORMED","path":"data","expected":"an object"}', ['MALFORMED']],
    ['Not Found', []],
    ['', []],
  ])('%s', (reply, tags) => {
    expect(tagsOf(reply)).toEqual(tags)
  })
})
