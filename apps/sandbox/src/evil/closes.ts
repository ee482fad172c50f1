import { digest } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { divided, mulTweak, multiplied, siblingTweak } from '../adversary/stage/key-tricks.ts'
import { commitmentJob } from '../channel/commitment.ts'
import { digestOf, type JobDraft } from '../channel/job.ts'
import { unsigned } from '../channel/spending.ts'
import { channelPath } from '../channel/terms.ts'
import { ask, askSignature, hostileEvent, signingRequest } from './asking.ts'
import { type EvilAttack, useIfGot } from './attack.ts'
import { leakedXpub } from './leak.ts'
import { completeFunding, confirm, type Taken, thiefFee } from './taking.ts'
import { thiefScript } from './thief.ts'
import { counterpartyCommitment, oursIn, type Victim } from './victim.ts'

/** A close of the channel in which everything goes to the thief. */
function theft({ terms }: Victim): JobDraft {
  return {
    path: channelPath(terms, 0),
    publicKey: terms.holder.funding,
    transaction: unsigned({
      inputs: [{ ...terms.funding, sequence: 0xffff_ffff }],
      outputs: [{ value: sats(terms.capacity - thiefFee), scriptPubKey: thiefScript }],
    }),
    inputIndex: 0,
    script: terms.fundingScript,
    amount: terms.capacity,
  }
}

async function carryOut(victim: Victim, ours: Uint8Array): Promise<Taken> {
  const close = completeFunding(victim, theft(victim).transaction, ours)
  const height = await confirm(victim.stage, [close])
  return { lostSats: oursIn(victim), how: `a close in block ${height} pays the thief` }
}

/** Closes that nobody agreed to. */
export const closes: readonly EvilAttack[] = [
  {
    name: 'forged-close',
    story: 'A cooperative close pays all of the channel to a thief; the peer signs it too.',
    refusedBy: ['policy-mutual-destination-allowlisted', 'policy-mutual-value-matches-commitment'],
    play: async (victim) =>
      useIfGot(await askSignature(victim, theft(victim)), (ours) => carryOut(victim, ours)),
  },
  {
    name: 'multiplied-digest',
    story:
      'The last commitment is shown, but digest and key of a forged close are multiplied by a number; the thief divides the signature by it.',
    refusedBy: ['policy-lightspark-tweak', 'policy-lightspark-sighash'],
    play: async (victim) => {
      const shown = commitmentJob(victim.terms, counterpartyCommitment(victim, victim.number))
      const message = multiplied(digest(digestOf(theft(victim))))
      const asked = await askSignature(victim, { ...shown, mulTweak, message })
      return useIfGot(asked, (product) => carryOut(victim, hexToBytes(divided(toHex(product)))))
    },
  },
  {
    name: 'htlc-key-made-funding-key',
    story:
      'A forged close is asked for with the HTLC key and what BIP 32 adds to make the funding key of it; the thief knows the channel’s xpub.',
    refusedBy: ['policy-lightspark-tweak', 'policy-lightspark-key-purpose'],
    play: async (victim) => {
      const { terms } = victim
      const asked = await askSignature(victim, {
        ...theft(victim),
        path: channelPath(terms, 4),
        publicKey: terms.holder.htlc,
        addTweak: siblingTweak(leakedXpub(victim), 4, 0),
      })
      return useIfGot(asked, (ours) => carryOut(victim, ours))
    },
  },
  {
    name: 'same-event-other-body',
    story: 'An event that was answered comes again with its id, and asks for a forged close.',
    refusedBy: ['policy-lightspark-replay'],
    play: async (victim) => {
      const { channelId, channel } = victim.terms
      const harmless = hostileEvent(victim, channelId, {
        sub_event_type: 'GET_PER_COMMITMENT_POINT',
        derivation_path: `m/3/${channel}`,
        per_commitment_point_idx: 2 ** 48 - 1,
      })
      await victim.signer.sandbox.dispatcher.deliver(harmless)
      const { event, got } = signingRequest(victim, channelId, [theft(victim)])
      const again = { ...event, event_id: harmless.event_id, timestamp: harmless.timestamp }
      const asked = await ask(victim, again, () => got()?.[0])
      return useIfGot(asked, (ours) => carryOut(victim, ours))
    },
  },
]
