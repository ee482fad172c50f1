import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { type ObscuringFactor, obscuringFactor } from '@boltwarden/core/bolt3/commitment-number'
import { type CommitmentType, commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { type PublicKey, publicKey, type Txid, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { Sats } from '@boltwarden/core/units'
import type { StateRecord } from './record.ts'

/**
 * What is known of who opened a channel, and so pays the fees of its commitments and of its close.
 *
 * - `holder`: us: the L1 wallet paid for it.
 * - `counterparty`: we had nothing in it at first.
 * - `probably-counterparty`: both had something, and the L1 wallet paid nothing.
 * - `unknown`: its opening was not seen, or the counterparty had nothing in it at first and the L1
 *   wallet paid nothing.
 */
export const openers = ['holder', 'counterparty', 'probably-counterparty', 'unknown'] as const

/** One of {@link openers}. */
export type Opener = (typeof openers)[number]

/** What the first commitment that is signed fixes for a channel's life. */
export type Funding = {
  readonly txid: Txid
  readonly vout: number
  readonly amountSats: Sats
  /** Our own key is that of `m/3/n/0`. */
  readonly holderKey: PublicKey
  readonly counterpartyKey: PublicKey
  /** That of `m/3/n/1`: revealed secrets are compared by it. */
  readonly revocationBasepoint: PublicKey
  /** That of `m/3/n/4`: revealed secrets are compared by it. */
  readonly htlcBasepoint: PublicKey
  readonly obscuringFactor: ObscuringFactor
  readonly commitmentType: CommitmentType
  /** What that first commitment gives us, before anything was paid; 0 where nothing. */
  readonly initialToHolderSats: Sats
  /** What it gives the counterparty, where we are who opened the channel. */
  readonly initialToCounterpartySats: Sats
  /** Sharpened as more is seen; where it is left out, {@link openerOf} tells it. */
  readonly opener?: Opener
}

/** Who opened a channel, where nothing but its first balances may be remembered. */
export function openerOf(funding: Funding): Opener {
  const { opener, initialToHolderSats } = funding
  return opener ?? (initialToHolderSats === 0n ? 'counterparty' : 'unknown')
}

/** The scriptPubKey of a funding output, 34 bytes. */
export function fundingScriptPubKey(
  keys: Pick<Funding, 'holderKey' | 'counterpartyKey'>,
): Uint8Array {
  return p2wsh(buildFunding(keys.holderKey, keys.counterpartyKey))
}

/** As it stands in the JSON of a state. */
export function fundingJson(funding: Funding): object {
  return {
    txid: toHex(funding.txid),
    vout: funding.vout,
    amountSats: String(funding.amountSats),
    holderKey: toHex(funding.holderKey),
    counterpartyKey: toHex(funding.counterpartyKey),
    revocationBasepoint: toHex(funding.revocationBasepoint),
    htlcBasepoint: toHex(funding.htlcBasepoint),
    obscuringFactor: funding.obscuringFactor,
    commitmentType: funding.commitmentType,
    initialToHolderSats: String(funding.initialToHolderSats),
    initialToCounterpartySats: String(funding.initialToCounterpartySats),
    opener: funding.opener,
  }
}

/** The inverse of {@link fundingJson}. */
export function readFunding(record: StateRecord): Funding {
  const opener = record.optional('opener', (name) => record.oneOf(name, openers))
  return {
    txid: txid(record.bytes('txid')),
    vout: record.integer('vout', 0xffff_ffff),
    amountSats: record.sats('amountSats'),
    holderKey: publicKey(record.bytes('holderKey')),
    counterpartyKey: publicKey(record.bytes('counterpartyKey')),
    revocationBasepoint: publicKey(record.bytes('revocationBasepoint')),
    htlcBasepoint: publicKey(record.bytes('htlcBasepoint')),
    obscuringFactor: obscuringFactor(record.integer('obscuringFactor')),
    commitmentType: record.oneOf('commitmentType', commitmentTypes),
    initialToHolderSats: record.sats('initialToHolderSats'),
    initialToCounterpartySats: record.sats('initialToCounterpartySats'),
    ...(opener !== undefined && { opener }),
  }
}
