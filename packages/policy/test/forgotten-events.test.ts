import { preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import { violationsOf } from '@boltwarden/policy/decision'
import { describe, expect, test } from 'vitest'
import { commit, opened } from './channel/play.ts'
import { readScenario, scenarioNames } from './corpus.ts'
import { Signer } from './signer.ts'

const always = Number.MAX_SAFE_INTEGER

describe('an event that the ledger has forgotten', () => {
  test.each(scenarioNames)('of %s gets the same answer again, or none', (name) => {
    const scenario = readScenario(name)
    const signer = Signer.of(scenario)
    const answers = signer.play(scenario).map(({ grant }) => grant)
    const { lightningOut, onchainOut } = signer.node()
    signer.forget(always)
    for (const [at, { delivery, nonce }] of scenario.events.entries()) {
      const { request } = delivery
      const drawn = nonce === undefined ? undefined : preimageNonce(hexToBytes(nonce))
      const { decision, grant } = signer.decide(delivery, drawn)
      if (decision.verdict === 'sign') expect(grant).toEqual(answers[at])
      if (request.kind === 'derive-key-and-sign') expect(decision.verdict).not.toBe('decline')
    }
    // Nothing leaves twice, as far as anybody counts.
    expect(signer.node()).toMatchObject({ lightningOut, onchainOut })
  })

  test('is held, not declined, where it would be wrong by now: a decline closes the channel', () => {
    const { signer, channel } = opened({
      type: 'anchors',
      funder: 'holder',
      pushMsat: 400_000_000n,
    })
    const stage = { signer, channel }
    const old = { ...channel.commitment(), event: eventId('old') }
    commit(stage)
    commit(stage)
    commit(stage)
    signer.forget(old.timestampMs)
    expect(signer.decide(old).decision.verdict).toBe('decline')
    signer.forget(old.timestampMs + 1)
    const { decision, grant, rollback } = signer.decide(old)
    expect(decision.verdict).toBe('hold')
    expect(violationsOf(decision)[0]?.message).toMatch(
      /; it may have been answered before, and forgotten$/,
    )
    expect([grant, rollback]).toEqual([undefined, undefined])
  })
})
