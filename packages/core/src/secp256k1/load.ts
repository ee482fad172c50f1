import { type NativeImporter, openNative } from './native.ts'
import { portable } from './portable.ts'
import type { Secp256k1 } from './secp256k1.ts'
import { selfTest } from './self-test.ts'

/** Which backend is wanted; `auto` takes the native one where it loads. */
export type Secp256k1Choice = 'auto' | 'native' | 'portable'

/**
 * The curve, after a known-answer self-test. Which backend runs stands in its `backend`.
 *
 * @param importer - how the native addon is imported; for tests.
 * @throws {Error} if `native` is demanded and its addon does not load (the reason is the `cause`),
 * or if the self-test fails. A backend that computes wrongly is never replaced by another one.
 * @example
 * ```ts
 * import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
 * const secp256k1 = await loadSecp256k1('portable')
 * secp256k1.backend // 'noble-curves'
 * ```
 */
export async function loadSecp256k1(
  choice: Secp256k1Choice,
  importer?: NativeImporter,
): Promise<Secp256k1> {
  const secp256k1 = await open(choice, importer)
  selfTest(secp256k1)
  return secp256k1
}

async function open(choice: Secp256k1Choice, importer?: NativeImporter): Promise<Secp256k1> {
  if (choice === 'portable') return portable
  const native = await openNative(importer)
  if (native.ok) return native.value
  if (choice === 'auto') return portable
  throw new Error('the libsecp256k1 addon does not load', { cause: native.error })
}
