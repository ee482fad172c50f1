import { buildScript, opcodes } from '../../bitcoin/script.ts'
import { equalBytes } from '../../bytes.ts'
import { elementsOf } from './elements.ts'
import { type HtlcScript, htlcEpilogue, htlcPrologue, pickHtlcScript } from './htlc-script.ts'

/** An HTLC that the commitment's broadcaster offered. */
export type OfferedHtlcScript = HtlcScript

/**
 * The witness script of an HTLC that the broadcaster offered: back to the broadcaster by its
 * HTLC-timeout transaction, or to the countersignatory with the preimage.
 *
 * @returns 133 bytes, or 136 on anchor channels.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#offered-htlc-outputs
 */
export function buildOfferedHtlc(parameters: OfferedHtlcScript): Uint8Array {
  return buildScript(
    ...htlcPrologue(parameters),
    opcodes.OP_NOTIF,
    opcodes.OP_DROP,
    opcodes.OP_2,
    opcodes.OP_SWAP,
    parameters.broadcasterHtlcPublicKey,
    opcodes.OP_2,
    opcodes.OP_CHECKMULTISIG,
    opcodes.OP_ELSE,
    opcodes.OP_HASH160,
    parameters.paymentHash160,
    opcodes.OP_EQUALVERIFY,
    opcodes.OP_CHECKSIG,
    opcodes.OP_ENDIF,
    ...htlcEpilogue(parameters.commitmentType),
  )
}

const places = { payment: 21, broadcaster: 16, steps: 26 } as const

/** Reads an offered HTLC's witness script, of either channel type; undefined for any other. */
export function parseOfferedHtlc(script: Uint8Array): OfferedHtlcScript | undefined {
  const parameters = pickHtlcScript(elementsOf(script), places)
  if (parameters === undefined) return undefined
  return equalBytes(buildOfferedHtlc(parameters), script) ? parameters : undefined
}
