import { bigint, integer } from '@boltwarden/core/assert'
import { maxSats, type Sats, sats } from '@boltwarden/core/units'

/** What channels may be and do. */
export type ChannelLimits = {
  /** Whether a channel that is first seen in the middle of its life is let in and recorded. */
  readonly adopt: boolean
  /** How many points past the next commitment's are given, 0 to 1,000. */
  readonly lookAheadPoints: number
  /** The largest channel. */
  readonly maxFundingSats: Sats
  /** The most that the opening commitment of a channel that we fund gives the counterparty. */
  readonly maxPushSats?: Sats
  /** The lowest feerate of a commitment, in satoshis per 1,000 weight units. */
  readonly minFeeratePerKw: number
  /** The highest feerate of a commitment, in satoshis per 1,000 weight units. */
  readonly maxFeeratePerKw: number
  /** The most HTLCs of one commitment, both directions together; BOLT 2 allows 966. */
  readonly maxHtlcs: number
  /** The most satoshis in HTLCs of one commitment, both directions together. */
  readonly maxHtlcInflightSats: Sats
  /** The most that HTLCs without an output add up to in one commitment: their dust exposure. */
  readonly maxTrimmedSats: Sats
  /** The most blocks between the first and the last expiry of one commitment's HTLCs. */
  readonly maxHtlcCltvSpreadBlocks: number
  /** How long a commitment waits for a reveal that is on its way, in milliseconds. */
  readonly revealGraceMs: number
  /** The highest fee of a cooperative close. */
  readonly maxCloseFeeSats: Sats
}

/** What payments may be and do. */
export type PaymentLimits = {
  /** Whether the node only receives: no HTLC is ever offered. */
  readonly receiveOnly: boolean
  /** Whether every payment that leaves must be registered before. */
  readonly requireIntents: boolean
  /** The most that HTLCs offered within an hour add up to; no limit where undefined. */
  readonly hourlySats?: Sats
  /** The most that HTLCs offered within a day add up to; no limit where undefined. */
  readonly dailySats?: Sats
  /** The routing fee of a registered payment that names none. */
  readonly maxFeeSats: Sats
  /**
   * The owner's word that no invoice above this is paid by an HTLC without an output, so that such
   * preimages are released unseen; 0: never. BOLT 3 trims what is below the dust limit, at most 546,
   * and without anchors the fee of the HTLC's transaction of 703 weight units.
   */
  readonly allowTrimmedBelowSats: Sats
  /** The most preimages a day that are released unseen: their amounts are not sent. */
  readonly maxTrimmedDaily: number
  /** How long after its payment hash was given an invoice's preimage is, in milliseconds. */
  readonly invoiceLifeMs: number
}

/** What the L1 wallet may do. */
export type OnchainLimits = {
  /** Whether every withdrawal must be registered before. */
  readonly requireIntents: boolean
  /** The most that leaves the wallet within an hour; no limit where undefined. */
  readonly hourlySats?: Sats
  /** The most that leaves the wallet within a day; no limit where undefined. */
  readonly dailySats?: Sats
  /** The most fees within an hour; no limit where undefined. */
  readonly feeHourlySats?: Sats
  /**
   * The most fees within a day. The default is that of 60 claims at the highest feerate, or of 600 at
   * a tenth of it: more than a bad day of a large node.
   */
  readonly feeDailySats: Sats
  /** The highest feerate of an L1 transaction, in satoshis per 1,000 weight units. */
  readonly maxFeeratePerKw: number
  /** The heaviest L1 transaction, in weight units. */
  readonly maxTransactionWeight: number
  /** The most that waits in channel fundings which no commitment has shown yet. */
  readonly unlinkedFundingMaxSats: Sats
  /** The last index of our own addresses that is looked for. */
  readonly maxWalletIndex: number
  /** scriptPubKeys in lower-case hex that may always be paid. */
  readonly allowedScripts: readonly string[]
}

const day = 24 * 60 * 60 * 1000

/** The limits on channels of an owner who chose nothing. */
export const defaultChannelLimits: ChannelLimits = Object.freeze({
  adopt: false,
  lookAheadPoints: 2,
  maxFundingSats: sats(1_000_000_000n),
  minFeeratePerKw: 253,
  maxFeeratePerKw: 100_000,
  maxHtlcs: 966,
  maxHtlcInflightSats: sats(1_000_000_000n),
  maxTrimmedSats: sats(5000n),
  maxHtlcCltvSpreadBlocks: 3024,
  revealGraceMs: 2000,
  maxCloseFeeSats: sats(100_000n),
})

/** The limits on payments of an owner who chose nothing. */
export const defaultPaymentLimits: PaymentLimits = Object.freeze({
  receiveOnly: false,
  requireIntents: false,
  maxFeeSats: sats(1000n),
  allowTrimmedBelowSats: sats(0n),
  maxTrimmedDaily: 100,
  invoiceLifeMs: 7 * day,
})

/** The limits on the L1 wallet of an owner who chose nothing. */
export const defaultOnchainLimits: OnchainLimits = Object.freeze({
  requireIntents: false,
  feeDailySats: sats(5_000_000n),
  maxFeeratePerKw: 100_000,
  maxTransactionWeight: 400_000,
  unlinkedFundingMaxSats: sats(0n),
  maxWalletIndex: 4999,
  allowedScripts: Object.freeze([]),
})

/** @throws {RangeError} if a limit is out of its range. */
export function checkChannelLimits(limits: ChannelLimits): ChannelLimits {
  integer('lookAheadPoints', limits.lookAheadPoints, 0, 1000)
  amount('maxFundingSats', limits.maxFundingSats)
  amount('maxPushSats', limits.maxPushSats)
  integer('minFeeratePerKw', limits.minFeeratePerKw, 0, limits.maxFeeratePerKw)
  integer('maxFeeratePerKw', limits.maxFeeratePerKw, 0, 0xffff_ffff)
  integer('maxHtlcs', limits.maxHtlcs, 0, 966)
  amount('maxHtlcInflightSats', limits.maxHtlcInflightSats)
  amount('maxTrimmedSats', limits.maxTrimmedSats)
  integer('maxHtlcCltvSpreadBlocks', limits.maxHtlcCltvSpreadBlocks, 0, 500_000_000)
  integer('revealGraceMs', limits.revealGraceMs, 0, 60_000)
  amount('maxCloseFeeSats', limits.maxCloseFeeSats)
  return Object.freeze({ ...limits })
}

/** @throws {RangeError} if a limit is out of its range. */
export function checkPaymentLimits(limits: PaymentLimits): PaymentLimits {
  amount('hourlySats', limits.hourlySats)
  amount('dailySats', limits.dailySats)
  amount('maxFeeSats', limits.maxFeeSats)
  amount('allowTrimmedBelowSats', limits.allowTrimmedBelowSats)
  integer('maxTrimmedDaily', limits.maxTrimmedDaily, 0, 1_000_000)
  integer('invoiceLifeMs', limits.invoiceLifeMs, 0, Number.MAX_SAFE_INTEGER)
  return Object.freeze({ ...limits })
}

/** @throws {RangeError} if a limit is out of its range, or a script is not lower-case hex. */
export function checkOnchainLimits(limits: OnchainLimits): OnchainLimits {
  amount('hourlySats', limits.hourlySats)
  amount('dailySats', limits.dailySats)
  amount('feeHourlySats', limits.feeHourlySats)
  amount('feeDailySats', limits.feeDailySats)
  integer('maxFeeratePerKw', limits.maxFeeratePerKw, 0, 0xffff_ffff)
  integer('maxTransactionWeight', limits.maxTransactionWeight, 0, 4_000_000)
  amount('unlinkedFundingMaxSats', limits.unlinkedFundingMaxSats)
  integer('maxWalletIndex', limits.maxWalletIndex, 0, 2 ** 31 - 1)
  const isScript = (text: string) => /^(?:[0-9a-f]{2})+$/.test(text)
  if (!limits.allowedScripts.every(isScript)) {
    throw new RangeError('"allowedScripts" expected lower-case hex')
  }
  return Object.freeze({ ...limits, allowedScripts: Object.freeze([...limits.allowedScripts]) })
}

function amount(label: string, value: Sats | undefined): void {
  if (value !== undefined) bigint(label, value, 0n, maxSats)
}
