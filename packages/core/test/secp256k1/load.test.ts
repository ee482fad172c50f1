import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { loadNative } from '@boltwarden/core/secp256k1/native'
import { describe, expect, test } from 'vitest'

test.each([
  ['auto', 'libsecp256k1'],
  ['native', 'libsecp256k1'],
  ['portable', 'noble-curves'],
] as const)('%s gives %s where the addon is installed', async (choice, backend) => {
  expect((await loadSecp256k1(choice)).backend).toBe(backend)
})

describe('where the addon does not load', () => {
  const reason = new Error('No native build was found')
  const missing = () => Promise.reject(reason)

  test('auto gives noble-curves', async () => {
    expect((await loadSecp256k1('auto', missing)).backend).toBe('noble-curves')
  })

  test('native fails, with the reason', async () => {
    const error = await loadSecp256k1('native', missing).catch((thrown: unknown) => thrown)
    expect(error).toEqual(new Error('the libsecp256k1 addon does not load', { cause: reason }))
  })

  test('loading gives nothing', async () => {
    expect(await loadNative(missing)).toBeUndefined()
  })
})
