import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { openNative } from '@boltwarden/core/secp256k1/native'
import { expect, test } from 'vitest'

test.each([
  ['auto', 'libsecp256k1'],
  ['native', 'libsecp256k1'],
  ['portable', 'noble-curves'],
] as const)('%s gives %s where the addon is installed', async (choice, backend) => {
  expect((await loadSecp256k1(choice)).backend).toBe(backend)
})

test('an addon that does not load is a value with its reason', async () => {
  const missing = await openNative(() => Promise.reject(new Error('No native build was found')))
  expect(missing).toEqual({ ok: false, error: new Error('No native build was found') })
})
