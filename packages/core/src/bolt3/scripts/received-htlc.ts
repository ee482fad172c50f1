import { integer } from '../../assert.ts'
import { buildScript, numberElement, numberOfElement, opcodes } from '../../bitcoin/script.ts'
import { equalBytes } from '../../bytes.ts'
import { elementsOf } from './elements.ts'
import { type HtlcScript, htlcEpilogue, htlcPrologue, pickHtlcScript } from './htlc-script.ts'

/** An HTLC that the commitment's broadcaster received. */
export type ReceivedHtlcScript = HtlcScript & {
  /** Block height, below 500,000,000, from which the countersignatory takes it back. */
  readonly cltvExpiry: number
}

/** The first locktime that is a time and no block height. */
const locktimeThreshold = 500_000_000

/**
 * The witness script of an HTLC that the broadcaster received: to the broadcaster by its
 * HTLC-success transaction, or back to the countersignatory after the expiry.
 *
 * @returns 139 bytes where the expiry takes 3 bytes, or 142 on anchor channels.
 * @throws {RangeError} if the expiry is no block height.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#received-htlc-outputs
 */
export function buildReceivedHtlc(parameters: ReceivedHtlcScript): Uint8Array {
  return buildScript(
    ...htlcPrologue(parameters),
    opcodes.OP_IF,
    opcodes.OP_HASH160,
    parameters.paymentHash160,
    opcodes.OP_EQUALVERIFY,
    opcodes.OP_2,
    opcodes.OP_SWAP,
    parameters.broadcasterHtlcPublicKey,
    opcodes.OP_2,
    opcodes.OP_CHECKMULTISIG,
    opcodes.OP_ELSE,
    opcodes.OP_DROP,
    numberElement(integer('cltvExpiry', parameters.cltvExpiry, 0, locktimeThreshold - 1)),
    opcodes.OP_CHECKLOCKTIMEVERIFY,
    opcodes.OP_DROP,
    opcodes.OP_CHECKSIG,
    opcodes.OP_ENDIF,
    ...htlcEpilogue(parameters.commitmentType),
  )
}

const places = { payment: 14, broadcaster: 18, steps: 29 } as const
const expiryPlace = 23

/** Reads a received HTLC's witness script, of either channel type; undefined for any other. */
export function parseReceivedHtlc(script: Uint8Array): ReceivedHtlcScript | undefined {
  const elements = elementsOf(script)
  const parts = pickHtlcScript(elements, places)
  const cltvExpiry = numberOfElement(elements[expiryPlace])
  if (parts === undefined || cltvExpiry === undefined) return undefined
  if (cltvExpiry >= locktimeThreshold) return undefined
  const parameters = { ...parts, cltvExpiry }
  return equalBytes(buildReceivedHtlc(parameters), script) ? parameters : undefined
}
