import { describe, expect, test } from 'vitest'
import type { StepResult } from '../src/index.ts'
import { sdkWebhook, walkWith } from './sdk-signer.ts'

const seed = new Uint8Array(32).fill(1)
const patience = { answerTimeoutMs: 100 }
const failuresOf = (steps: readonly StepResult[]) =>
  steps
    .filter(({ kind, ok }) => kind === 'honest' && !ok)
    .map(({ name, note }) => `${name}: ${note}`)

describe('a walk sees through', () => {
  test('a signer with another seed', async () => {
    const report = await walkWith(sdkWebhook(new Uint8Array(32).fill(2)), seed, patience)
    expect(report.ok).toBe(false)
    expect(failuresOf(report.steps)).toMatchInlineSnapshot(`
      [
        "commitment 0: no signature under m/3/0/0",
        "commitment 0: no signature under m/3/1/0",
        "commitment 0: no signature under m/3/2/0",
        "ECDH with a peer: not the peer's secret",
        "commitment 0: no signature under m/3/3/0",
      ]
    `)
  })

  test('a signer that says yes and does nothing', async () => {
    const report = await walkWith(() => () => new Response(null), seed, patience)
    expect(failuresOf(report.steps)).toMatchInlineSnapshot(`
      [
        "point 0: no update_channel_per_commitment_point came",
        "point 0: no update_channel_per_commitment_point came",
        "point 0: no update_channel_per_commitment_point came",
        "ECDH with a peer: no update_node_shared_secret came",
        "point 0: no update_channel_per_commitment_point came",
      ]
    `)
  })

  test('a signer that refuses everything: no refusal counts', async () => {
    const reply = () => Response.json({ code: 'REFUSED', tags: ['policy-x'] }, { status: 403 })
    const report = await walkWith(() => reply, seed, patience)
    expect(report).toMatchObject({ ok: false, verified: 0 })
    expect(report.refused).toBe(0)
  })

  test('a signer that is down', async () => {
    const report = await walkWith(() => () => new Response(null, { status: 503 }), seed, patience)
    expect(report).toMatchObject({ ok: false, verified: 0, refused: 0 })
  })
})
