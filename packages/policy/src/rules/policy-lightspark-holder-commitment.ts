import { eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Notes that our own commitment is signed. */
export const policyLightsparkHolderCommitment: Rule<'policy-lightspark-holder-commitment'> =
  defineRule({
    tag: 'policy-lightspark-holder-commitment',
    summary:
      'nothing by itself: that our own commitment is signed, to close the channel by force, is noted; a stricter policy can hold it for the owner',
    why: "What our own commitment pays follows from the counterparty's keys, which are never sent: who controls the platform and the counterparty could have any transaction signed as our own commitment.",
    mandatory: false,
    severity: 'warn',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/05-onchain.md#unilateral-close-handling-local-commitment-transaction',
    limits:
      "A commitment that pays our payment key is the counterparty's and passes all its rules. Of our own only its number, its funding and roughly its amounts are known.",
    check: eachCommitment(({ side, isRepeated, number }) =>
      side === 'holder' && !isRepeated ? [`our own commitment number ${number} is signed`] : [],
    ),
  })
