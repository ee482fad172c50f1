import type { RequestTag } from '../tags/request-tags.ts'
import { policyLightsparkBatch } from './policy-lightspark-batch.ts'
import { policyLightsparkFreshness } from './policy-lightspark-freshness.ts'
import { policyLightsparkInvoiceHash } from './policy-lightspark-invoice-hash.ts'
import { policyLightsparkKeyInScript } from './policy-lightspark-key-in-script.ts'
import { policyLightsparkKeyPurpose } from './policy-lightspark-key-purpose.ts'
import { policyLightsparkNetwork } from './policy-lightspark-network.ts'
import { policyLightsparkPath } from './policy-lightspark-path.ts'
import { policyLightsparkPeerKey } from './policy-lightspark-peer-key.ts'
import { policyLightsparkPreimageIssued } from './policy-lightspark-preimage-issued.ts'
import { policyLightsparkReplay } from './policy-lightspark-replay.ts'
import { policyLightsparkSighash } from './policy-lightspark-sighash.ts'
import { policyLightsparkTweak } from './policy-lightspark-tweak.ts'
import type { Rule } from './rule.ts'

/** Rules on every request, by their tags. */
export const requestRules: { readonly [T in RequestTag]: Rule<T> } = {
  'policy-lightspark-batch': policyLightsparkBatch,
  'policy-lightspark-freshness': policyLightsparkFreshness,
  'policy-lightspark-invoice-hash': policyLightsparkInvoiceHash,
  'policy-lightspark-key-in-script': policyLightsparkKeyInScript,
  'policy-lightspark-key-purpose': policyLightsparkKeyPurpose,
  'policy-lightspark-network': policyLightsparkNetwork,
  'policy-lightspark-path': policyLightsparkPath,
  'policy-lightspark-peer-key': policyLightsparkPeerKey,
  'policy-lightspark-preimage-issued': policyLightsparkPreimageIssued,
  'policy-lightspark-replay': policyLightsparkReplay,
  'policy-lightspark-sighash': policyLightsparkSighash,
  'policy-lightspark-tweak': policyLightsparkTweak,
}
