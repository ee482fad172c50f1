import { formatKeyPath } from '@boltwarden/core/keys/key-path'
import type { OwnScriptPath } from '@boltwarden/core/keys/own-scripts'
import { ownSats } from '../channel/outflow.ts'
import { eachClosing, isDust } from './closing-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses closes that pay us elsewhere. */
export const policyMutualDestinationAllowlisted: Rule<'policy-mutual-destination-allowlisted'> =
  defineRule({
    tag: 'policy-mutual-destination-allowlisted',
    summary:
      'a closing transaction without an output to a key of our own or to an allowed script, though we have a balance above dust and the fee, or with one to a key of ours above `onchain.maxWalletIndex`',
    why: 'A close pays our balance to a script that the node chose: to a foreign one it is gone.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#legacy-closing-transaction',
    limits:
      'Our own keys are recognised within a bounded index. Which of two outputs is meant for us is not sent: one must be ours.',
    check: eachClosing((closing, last, { policy, view }) => {
      const state = view.channels.get(closing.channel)
      const isMissing =
        last !== undefined && !isDust(closing, last, state) && ownSats(closing, policy) === 0n
      return [
        ...(isMissing ? ['no output pays a key of our own'] : []),
        ...closing.outputs.flatMap(({ own }) => beyond(own, policy.onchain.maxWalletIndex)),
      ]
    }),
  })

/** A job may name any path of ours, also one that no wallet looks for. */
function beyond(own: OwnScriptPath | undefined, maxIndex: number): readonly string[] {
  return own === undefined || own.index <= maxIndex
    ? []
    : [`${formatKeyPath(own)} is beyond index ${maxIndex}`]
}
