import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attacks } from '../src/adversary/attacks.ts'
import { sequences } from '../src/adversary/sequences/sequences.ts'
import { type Attack, type OwnerPolicy, ownerPolicies } from '../src/adversary/stage/attack.ts'
import { openTheatre, type Theatre } from '../src/adversary/stage/play.ts'
import { startAttackedSigner } from './attacked-signer.ts'
import type { Stand } from './blind-signer.ts'

/** A signer with that policy. */
function stage(policy: OwnerPolicy | 'observe'): { readonly theatre: () => Theatre } {
  let stand: Stand
  let theatre: Theatre
  beforeAll(async () => {
    stand = await startAttackedSigner(policy, policy === 'default' ? 400 : 100)
    theatre = await openTheatre(stand.subject)
  })
  afterAll(() => stand.close())
  return { theatre: () => theatre }
}

describe.each(ownerPolicies)('boltwarden, as it is built, with policy %s', (policy) => {
  const { theatre } = stage(policy)
  const isPlayed = (each: { readonly policy?: OwnerPolicy }) =>
    (each.policy ?? 'default') === policy

  test.each(sequences.filter(isPlayed))('$name is answered', async (sequence) => {
    expect(await theatre().sequence(sequence)).toMatchObject({ ok: true, note: '' })
  })

  // After what is honest, because some use up what the owner allows in an hour.
  test.each(attacks.map(([, attack]) => attack).filter(isPlayed))(
    '$name is refused, and honest life goes on',
    async (attack) => {
      expect(await theatre().attack(attack)).toMatchObject({ outcome: 'refused', note: '' })
    },
  )
})

describe('boltwarden, as it is built, that only observes', () => {
  const { theatre } = stage('observe')
  const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
  const mandatory = new Set(
    page.split(/^## /m).flatMap((section) => {
      const [tag = ''] = section.split('\n', 1)
      return section.includes('Strength: mandatory') ? [tag] : []
    }),
  )
  const isMandatory = ({ expectedTags, isOfTheWire }: Attack) =>
    !isOfTheWire && expectedTags.length > 0 && expectedTags.every((tag) => mandatory.has(tag))

  test.each(attacks.map(([, attack]) => attack).filter(isMandatory))(
    '$name is refused all the same',
    async (attack) => {
      expect(await theatre().attack(attack)).toMatchObject({ outcome: 'refused', note: '' })
    },
  )
})
