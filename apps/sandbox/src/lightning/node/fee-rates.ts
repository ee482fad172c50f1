import { ConfirmationTarget, FeeEstimator } from 'lightningdevkit'

/** The least that any node relays, in satoshis per 1000 weight. */
export const leastFeerate = 253

/** What a node believes fees to be. */
export type FeeRates = {
  readonly estimator: FeeEstimator
  readonly current: () => number
  /** Satoshis per 1000 weight. */
  readonly set: (feerate: number) => void
}

/** One rate for all purposes, and limits wide enough for it to move. */
export function createFeeRates(initial: number): FeeRates {
  const rate = { perKw: initial }
  const estimator = FeeEstimator.new_impl({
    get_est_sat_per_1000_weight: (target) => {
      switch (target) {
        case ConfirmationTarget.LDKConfirmationTarget_MaximumFeeEstimate:
          return 10 * rate.perKw
        case ConfirmationTarget.LDKConfirmationTarget_MinAllowedAnchorChannelRemoteFee:
        case ConfirmationTarget.LDKConfirmationTarget_MinAllowedNonAnchorChannelRemoteFee:
        case ConfirmationTarget.LDKConfirmationTarget_ChannelCloseMinimum:
          return leastFeerate
        default:
          return rate.perKw
      }
    },
  })
  return {
    estimator,
    current: () => rate.perKw,
    set: (feerate) => {
      rate.perKw = feerate
    },
  }
}
