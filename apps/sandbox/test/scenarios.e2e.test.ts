import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scenarios } from '../src/scenarios/scenarios.ts'
import { everyKind, openTheatre, type Theatre } from '../src/scenarios/theatre.ts'
import { signerNames } from '../src/signers/signer.ts'

// That the official SDK's handler passes too shows that the sandbox is fair.
describe.each(signerNames)('%s, with real Lightning nodes', (name) => {
  const playable = scenarios.filter(
    ({ notByOfficial }) => name !== 'official' || notByOfficial === undefined,
  )
  let theatre: Theatre
  beforeAll(async () => {
    theatre = await openTheatre(name, playable.length * everyKind.length)
  })
  afterAll(() => theatre.close())

  describe.each(everyKind)('channels with %s', (kind) => {
    test.each(playable)(
      '$name',
      async (scenario) => {
        expect(await theatre.play(scenario, kind)).toMatchObject({ ok: true, note: '' })
      },
      120_000,
    )
  })
})
