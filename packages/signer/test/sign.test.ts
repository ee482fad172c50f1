import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { Permit } from '@boltwarden/store'
import { describe, expect, test } from 'vitest'
import { sign } from '../src/pipeline/sign.ts'

describe('signed before recorded', () => {
  const keychain = Keychain.fromSeed(new Uint8Array(32).fill(1), { secp256k1: portable })
  const grant = { kind: 'acknowledgement' } as const

  test('does not compile with a grant', () => {
    // @ts-expect-error a grant is not a permit
    expect(() => sign(grant, keychain)).toThrow(TypeError)
  })

  test('does not compile with what looks like a permit', () => {
    // @ts-expect-error a permit cannot be written down
    expect(() => sign({ grant }, keychain)).toThrow('"permit" expected one made by a store')
  })

  test('does not compile with a permit of one’s own', () => {
    // @ts-expect-error the constructor is private
    expect(() => new Permit(Symbol('minted by the store'), grant)).toThrow(TypeError)
  })

  test('does not run with an object that borrows the prototype', () => {
    const forged: unknown = Object.assign(Object.create(Permit.prototype), { grant })
    expect(Permit.isPermit(forged)).toBe(false)
    expect(forged instanceof Permit && (() => sign(forged, keychain))).toBeTypeOf('function')
    if (forged instanceof Permit) expect(() => sign(forged, keychain)).toThrow(TypeError)
  })
})
