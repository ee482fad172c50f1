import type { OnchainTag } from '../tags/onchain-tags.ts'
import { policyLightsparkJusticeTweak } from './policy-lightspark-justice-tweak.ts'
import { policyLightsparkSecondStage } from './policy-lightspark-second-stage.ts'
import { policyLightsparkUnlinkedFunding } from './policy-lightspark-unlinked-funding.ts'
import { policyLightsparkVelocityFees } from './policy-lightspark-velocity-fees.ts'
import { policyLightsparkWithdrawalIntent } from './policy-lightspark-withdrawal-intent.ts'
import { policyOnchainFeeRange } from './policy-onchain-fee-range.ts'
import { policyOnchainFormatStandard } from './policy-onchain-format-standard.ts'
import { policyOnchainMaxSize } from './policy-onchain-max-size.ts'
import { policyOnchainNoUnknownOutputs } from './policy-onchain-no-unknown-outputs.ts'
import { policyOnchainOutputMatchCommitment } from './policy-onchain-output-match-commitment.ts'
import { policyOnchainOutputScriptpubkey } from './policy-onchain-output-scriptpubkey.ts'
import { policyOnchainWalletPathPredictable } from './policy-onchain-wallet-path-predictable.ts'
import { policySweepDestinationAllowlisted } from './policy-sweep-destination-allowlisted.ts'
import { policySweepFeeRange } from './policy-sweep-fee-range.ts'
import { policySweepLocktime } from './policy-sweep-locktime.ts'
import { policySweepSequence } from './policy-sweep-sequence.ts'
import { policySweepVersion } from './policy-sweep-version.ts'
import { policyVelocityFunding } from './policy-velocity-funding.ts'
import type { Rule } from './rule.ts'

/** Rules on claims, sweeps and the L1 wallet, by their tags. */
export const onchainRules: { readonly [T in OnchainTag]: Rule<T> } = {
  'policy-lightspark-justice-tweak': policyLightsparkJusticeTweak,
  'policy-lightspark-second-stage': policyLightsparkSecondStage,
  'policy-lightspark-unlinked-funding': policyLightsparkUnlinkedFunding,
  'policy-lightspark-velocity-fees': policyLightsparkVelocityFees,
  'policy-lightspark-withdrawal-intent': policyLightsparkWithdrawalIntent,
  'policy-onchain-fee-range': policyOnchainFeeRange,
  'policy-onchain-format-standard': policyOnchainFormatStandard,
  'policy-onchain-max-size': policyOnchainMaxSize,
  'policy-onchain-no-unknown-outputs': policyOnchainNoUnknownOutputs,
  'policy-onchain-output-match-commitment': policyOnchainOutputMatchCommitment,
  'policy-onchain-output-scriptpubkey': policyOnchainOutputScriptpubkey,
  'policy-onchain-wallet-path-predictable': policyOnchainWalletPathPredictable,
  'policy-sweep-destination-allowlisted': policySweepDestinationAllowlisted,
  'policy-sweep-fee-range': policySweepFeeRange,
  'policy-sweep-locktime': policySweepLocktime,
  'policy-sweep-sequence': policySweepSequence,
  'policy-sweep-version': policySweepVersion,
  'policy-velocity-funding': policyVelocityFunding,
}
