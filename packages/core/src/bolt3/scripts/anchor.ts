import { buildScript, opcodes, publicKeyOfElement } from '../../bitcoin/script.ts'
import { equalBytes, type PublicKey } from '../../bytes.ts'
import { type Sats, sats } from '../../units.ts'
import { elementsOf } from './elements.ts'

/** What lets one side pay for a commitment's confirmation. */
export type AnchorScript = { readonly fundingPublicKey: PublicKey }

/** The value of every anchor, 330 sat. */
export const anchorValue: Sats = sats(330n)

/**
 * The witness script of an anchor: its side's funding key at once, anybody after 16 blocks.
 *
 * @returns 40 bytes.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#to_local_anchor-and-to_remote_anchor-output-option_anchors
 */
export function buildAnchor(fundingPublicKey: PublicKey): Uint8Array {
  return buildScript(
    fundingPublicKey,
    opcodes.OP_CHECKSIG,
    opcodes.OP_IFDUP,
    opcodes.OP_NOTIF,
    opcodes.OP_16,
    opcodes.OP_CHECKSEQUENCEVERIFY,
    opcodes.OP_ENDIF,
  )
}

/** Reads an anchor's witness script; undefined for any other script. */
export function parseAnchor(script: Uint8Array): AnchorScript | undefined {
  const [key] = elementsOf(script)
  const fundingPublicKey = publicKeyOfElement(key)
  if (fundingPublicKey === undefined) return undefined
  return equalBytes(buildAnchor(fundingPublicKey), script) ? { fundingPublicKey } : undefined
}
