import { witnessProgramOf } from '../bitcoin/output-script.ts'
import { type Sats, sats } from '../units.ts'

/**
 * The least value at which nodes relay an output with this script: Bitcoin Core's dust threshold.
 *
 * @returns 0 for OP_RETURN, 540 for P2SH, 294 for P2WPKH, 330 for P2WSH, 240 for P2A, 354 for other
 * segwit, 546 for anything else.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#dust-limits
 * @example
 * ```ts
 * import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
 * dustLimitOf(Uint8Array.of(0x6a)) // 0n
 * ```
 */
export function dustLimitOf(scriptPubKey: Uint8Array): Sats {
  return sats(BigInt(threshold(scriptPubKey)))
}

const OP_RETURN = 0x6a
const OP_HASH160 = 0xa9
const OP_EQUAL = 0x87

function threshold(scriptPubKey: Uint8Array): number {
  if (scriptPubKey[0] === OP_RETURN) return 0
  const witness = witnessProgramOf(scriptPubKey)
  if (witness === undefined) return isP2sh(scriptPubKey) ? 540 : 546
  const { version, program } = witness
  if (version === 0 && program.length === 20) return 294
  if (version === 0 && program.length === 32) return 330
  const isPayToAnchor = version === 1 && program.length === 2
  return isPayToAnchor && program[0] === 0x4e && program[1] === 0x73 ? 240 : 354
}

function isP2sh(script: Uint8Array): boolean {
  return (
    script.length === 23 && script[0] === OP_HASH160 && script[1] === 20 && script[22] === OP_EQUAL
  )
}
