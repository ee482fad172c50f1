import { buildScript, opcodes, publicKeyOfElement } from '../../bitcoin/script.ts'
import { equalBytes, type PublicKey } from '../../bytes.ts'
import { elementsOf } from './elements.ts'

/** The two keys of a funding output, the lexicographically lesser one first. */
export type FundingScript = { readonly publicKeys: readonly [PublicKey, PublicKey] }

/**
 * The witness script of a funding output: both of two keys must sign.
 *
 * @param a - one side's funding key.
 * @param b - the other side's; the order of the two does not matter.
 * @returns 71 bytes.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#funding-transaction-output
 * @example
 * ```ts
 * import { publicKey } from '@boltwarden/core/bytes'
 * import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
 * const a = publicKey(new Uint8Array(33).fill(2))
 * const b = publicKey(new Uint8Array(33).fill(3))
 * buildFunding(a, b) // equals buildFunding(b, a)
 * ```
 */
export function buildFunding(a: PublicKey, b: PublicKey): Uint8Array {
  const [lesser, greater] = comparesBefore(a, b) ? [a, b] : [b, a]
  return buildScript(opcodes.OP_2, lesser, greater, opcodes.OP_2, opcodes.OP_CHECKMULTISIG)
}

/** Reads a funding output's witness script; undefined for any other script. */
export function parseFunding(script: Uint8Array): FundingScript | undefined {
  const [, lesserKey, greaterKey] = elementsOf(script)
  const lesser = publicKeyOfElement(lesserKey)
  const greater = publicKeyOfElement(greaterKey)
  if (lesser === undefined || greater === undefined) return undefined
  if (!equalBytes(buildFunding(lesser, greater), script)) return undefined
  return { publicKeys: [lesser, greater] }
}

function comparesBefore(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 || (a[at] ?? 0) < (b[at] ?? 0)
}
