import { inspect } from 'node:util'
import { Permit } from '@boltwarden/store'
import { describe, expect, test } from 'vitest'
import { mintPermit } from '#src/permit'

const grant = { kind: 'acknowledgement' } as const

/** What signs: it takes nothing but a permit. */
function sign(permit: Permit): string {
  return Permit.isPermit(permit) ? permit.grant.kind : 'refused'
}

describe('a permit', () => {
  test('made by the store is one, and cannot be changed', () => {
    const permit = mintPermit(grant)
    expect(sign(permit)).toBe('acknowledgement')
    expect(Object.isFrozen(permit)).toBe(true)
    expect(inspect(permit)).toBe("Permit { grant: { kind: 'acknowledgement' } }")
  })

  test('cannot be forged', () => {
    // @ts-expect-error an object that looks like one is none
    expect(sign({ grant })).toBe('refused')
    // @ts-expect-error the constructor is private
    expect(() => new Permit(Symbol('minted by the store'), grant)).toThrow(TypeError)
    // @ts-expect-error a copy is none
    expect(sign({ ...mintPermit(grant) })).toBe('refused')
    expect(sign(Object.create(Permit.prototype))).toBe('refused')
    expect(sign(structuredClone(mintPermit(grant)))).toBe('refused')
  })

  test('is not made by anything that the package exports', async () => {
    const exported = await Promise.all([
      import('@boltwarden/store'),
      import('@boltwarden/store/sqlite'),
      import('@boltwarden/store/testing'),
    ])
    const names = exported.flatMap((module) => Object.keys(module))
    expect(names.filter((name) => /mint/i.test(name))).toEqual([])
    const path = '@boltwarden/store/permit'
    await expect(import(path)).rejects.toThrow()
  })
})
