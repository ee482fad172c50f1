import { isP2wpkh, isP2wsh, p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { buildToRemote } from '@boltwarden/core/bolt3/scripts/to-remote'
import { equalBytes, type PublicKey } from '@boltwarden/core/bytes'

/**
 * What an output of a commitment is, as far as our own keys tell.
 *
 * - `to-holder`: pays our payment key, so that it is `to_remote` of the counterparty's commitment.
 * - `holder-anchor`, `counterparty-anchor`: the anchor of either funding key.
 * - `htlc`: an HTLC job of the same event spends it.
 * - `script`: another P2WSH, as `to_local` is.
 * - `key`: another P2WPKH, as the other side's `to_remote` is without anchors.
 * - `foreign`: no commitment has such an output.
 */
export type CommitmentOutputKind =
  | 'to-holder'
  | 'holder-anchor'
  | 'counterparty-anchor'
  | 'htlc'
  | 'script'
  | 'key'
  | 'foreign'

/** An output of a commitment, recognised. */
export type CommitmentOutputFacts = TxOut & {
  readonly kind: CommitmentOutputKind
  /** Of `to-holder`: whether it waits for one block, as on anchor channels. */
  readonly isDelayed: boolean
}

/** The public keys that recognise outputs. */
export type OutputKeys = {
  readonly payment: PublicKey
  readonly holderFunding: PublicKey
  readonly counterpartyFunding: PublicKey
}

/**
 * Recognises the outputs of a commitment.
 *
 * @param htlcs - the scriptPubKeys that HTLC jobs spend, by the output they name.
 */
export function recogniseCommitmentOutputs(
  outputs: readonly TxOut[],
  keys: OutputKeys,
  htlcs: ReadonlyMap<number, Uint8Array>,
): readonly CommitmentOutputFacts[] {
  const direct = p2wpkh(keys.payment)
  const delayed = p2wsh(buildToRemote(keys.payment))
  const holderAnchor = p2wsh(buildAnchor(keys.holderFunding))
  const counterpartyAnchor = p2wsh(buildAnchor(keys.counterpartyFunding))
  return outputs.map((output, at) => {
    const { scriptPubKey: script } = output
    const isDelayed = equalBytes(script, delayed)
    const kind = (): CommitmentOutputKind => {
      if (isDelayed || equalBytes(script, direct)) return 'to-holder'
      if (equalBytes(script, holderAnchor)) return 'holder-anchor'
      if (equalBytes(script, counterpartyAnchor)) return 'counterparty-anchor'
      const htlc = htlcs.get(at)
      if (htlc !== undefined && equalBytes(script, htlc)) return 'htlc'
      if (isP2wsh(script)) return 'script'
      return isP2wpkh(script) ? 'key' : 'foreign'
    }
    return { ...output, kind: kind(), isDelayed }
  })
}
