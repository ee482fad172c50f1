import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attacks } from '../src/adversary/attacks.ts'
import { sequences } from '../src/adversary/sequences/sequences.ts'
import { openTheatre, type Theatre } from '../src/adversary/stage/play.ts'
import { type Stand, startBlindSigner } from './blind-signer.ts'

describe('@lightsparkdev/lightspark-sdk 1.9.19 under attack', () => {
  let stand: Stand
  let theatre: Theatre
  beforeAll(async () => {
    stand = await startBlindSigner(400)
    theatre = await openTheatre(stand.subject)
  })
  afterAll(() => stand.close())

  const robbing = attacks.flatMap(([, attack]) => (attack.isOfTheWire ? [] : [attack]))
  test.each(robbing)('$name gets what it is after', async (attack) => {
    expect(await theatre.attack(attack)).toMatchObject({
      outcome: 'given-away',
      note: attack.prize,
    })
  })

  const unreadable = attacks.flatMap(([, attack]) => (attack.isOfTheWire ? [attack] : []))
  test.each(unreadable)('$name is refused even so', async (attack) => {
    expect(await theatre.attack(attack)).toMatchObject({ outcome: 'refused' })
  })

  // It makes a new payment hash at every retry.
  const honest = sequences.filter(({ name }) => name !== 'invoice-hash-asked-twice')
  test.each(honest)('$name is answered', async (sequence) => {
    expect(await theatre.sequence(sequence)).toMatchObject({ ok: true, note: '' })
  })
})
