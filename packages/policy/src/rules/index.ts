import type { Tag } from '../tags.ts'
import { policyChannelOriginalChannelIdReuse } from './policy-channel-original-channel-id-reuse.ts'
import { policyLightsparkBatch } from './policy-lightspark-batch.ts'
import { policyLightsparkFreshness } from './policy-lightspark-freshness.ts'
import { policyLightsparkInvoiceHash } from './policy-lightspark-invoice-hash.ts'
import { policyLightsparkKeyInScript } from './policy-lightspark-key-in-script.ts'
import { policyLightsparkKeyPurpose } from './policy-lightspark-key-purpose.ts'
import { policyLightsparkNetwork } from './policy-lightspark-network.ts'
import { policyLightsparkPath } from './policy-lightspark-path.ts'
import { policyLightsparkPeerKey } from './policy-lightspark-peer-key.ts'
import { policyLightsparkPreimageIssued } from './policy-lightspark-preimage-issued.ts'
import { policyLightsparkReleaseBeforePoint } from './policy-lightspark-release-before-point.ts'
import { policyLightsparkReleaseOrder } from './policy-lightspark-release-order.ts'
import { policyLightsparkReplay } from './policy-lightspark-replay.ts'
import { policyLightsparkRevealConsistent } from './policy-lightspark-reveal-consistent.ts'
import { policyLightsparkSighash } from './policy-lightspark-sighash.ts'
import { policyLightsparkTweak } from './policy-lightspark-tweak.ts'
import { policyLightsparkUnknownChannel } from './policy-lightspark-unknown-channel.ts'
import type { Rule } from './rule.ts'

/** Every rule by its tag. A tag without a rule, or with another's, does not compile. */
export const rules: { readonly [T in Tag]: Rule<T> } = Object.freeze({
  'policy-channel-original-channel-id-reuse': policyChannelOriginalChannelIdReuse,
  'policy-lightspark-batch': policyLightsparkBatch,
  'policy-lightspark-freshness': policyLightsparkFreshness,
  'policy-lightspark-invoice-hash': policyLightsparkInvoiceHash,
  'policy-lightspark-key-in-script': policyLightsparkKeyInScript,
  'policy-lightspark-key-purpose': policyLightsparkKeyPurpose,
  'policy-lightspark-network': policyLightsparkNetwork,
  'policy-lightspark-path': policyLightsparkPath,
  'policy-lightspark-peer-key': policyLightsparkPeerKey,
  'policy-lightspark-preimage-issued': policyLightsparkPreimageIssued,
  'policy-lightspark-release-before-point': policyLightsparkReleaseBeforePoint,
  'policy-lightspark-release-order': policyLightsparkReleaseOrder,
  'policy-lightspark-replay': policyLightsparkReplay,
  'policy-lightspark-reveal-consistent': policyLightsparkRevealConsistent,
  'policy-lightspark-sighash': policyLightsparkSighash,
  'policy-lightspark-tweak': policyLightsparkTweak,
  'policy-lightspark-unknown-channel': policyLightsparkUnknownChannel,
})
