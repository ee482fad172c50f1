import { createHash } from 'node:crypto'
import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { type CommitmentSecret, commitmentSecret } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { type CommitmentNumber, commitmentNumber, indexOf } from '@boltwarden/core/units'
import { commitmentJob } from '../channel/commitment.ts'
import { ask, askSecret, askSignature, hostileEvent } from './asking.ts'
import { type EvilAttack, type Outcome, useIfGot } from './attack.ts'
import { EvilError } from './evil-error.ts'
import { completeFunding, confirm, punishment, type Taken, thiefFee } from './taking.ts'
import { holderCommitment, holderPoint, type Victim } from './victim.ts'

/** What an unpaid invoice is worth, in satoshis. */
const invoiceSats = 40_000n

/** Puts a commitment of ours on the chain, whose secret is known, and punishes us for it. */
async function punish(
  victim: Victim,
  number: CommitmentNumber,
  ours: Uint8Array,
  secret: CommitmentSecret,
): Promise<Taken> {
  const commitment = holderCommitment(victim, number)
  const broadcast = completeFunding(victim, commitment.transaction, ours)
  const justice = punishment(victim, commitment, secret)
  return take(victim, [broadcast], justice)
}

async function take(
  { stage }: Victim,
  before: readonly Transaction[],
  justice: Transaction,
): Promise<Taken> {
  const height = await confirm(stage, [...before, justice])
  const lostSats = justice.outputs.reduce((sum, { value }) => sum + value, thiefFee)
  return { lostSats, how: `our commitment punished in block ${height}` }
}

/**
 * Asks for the secret of our newest commitment and, with that in hand, for its signature: only both
 * are of use. A signature alone is a close of ours, which is nobody's loss.
 */
async function askBoth(victim: Victim, index: number): Promise<Outcome> {
  const number = victim.holderNumber
  const secret = await askSecret(victim, index, currentPoint(victim))
  const known = secret.got()
  if (known === undefined) {
    const isOut = () => secret.got() !== undefined
    return { sequences: [secret.sequence], rules: secret.rules, taken: undefined, isOut }
  }
  const draft = commitmentJob(victim.terms, holderCommitment(victim, number))
  const signature = await askSignature(victim, draft)
  const outcome = await useIfGot(signature, (signed) => punish(victim, number, signed, known))
  return { ...outcome, sequences: [secret.sequence, signature.sequence] }
}

function currentPoint(victim: Victim): string {
  return toHex(holderPoint(victim, victim.holderNumber))
}

/** Secrets that come too early, and commitments whose secret is out. */
export const secrets: readonly EvilAttack[] = [
  {
    name: 'index-above-2^48',
    story:
      'A secret is asked for by an index above 2^48, of which derivation sees the low 48 bits: those of our newest commitment, which is then signed and punished.',
    refusedBy: ['MALFORMED'],
    play: (victim) => askBoth(victim, indexOf(victim.holderNumber) + 2 ** 48),
  },
  {
    name: 'revoked-commitment',
    story:
      'A commitment of ours that was revoked is signed for broadcast; the peer knows its secret and takes our output.',
    refusedBy: ['policy-commitment-holder-not-revoked'],
    play: async (victim) => {
      const number = commitmentNumber(victim.holderNumber - 1)
      const { secrets: known } = victim.signer.sandbox.platform.get(
        'Channel',
        victim.terms.channelId,
      )
      const secret = known.get(indexOf(number))
      if (secret === undefined) throw new EvilError('no commitment of ours was revoked')
      const draft = commitmentJob(victim.terms, holderCommitment(victim, number))
      return useIfGot(await askSignature(victim, draft), (ours) =>
        punish(victim, number, ours, commitmentSecret(hexToBytes(secret))),
      )
    },
  },
  {
    name: 'secret-then-signature',
    story:
      'The secret of our newest commitment, then its signature: the peer broadcasts it for us and punishes it.',
    refusedBy: ['policy-commitment-holder-not-revoked'],
    play: (victim) => askBoth(victim, indexOf(victim.holderNumber)),
  },
  {
    name: 'unpaid-preimage',
    story: 'The preimage of an invoice that nobody has paid: whoever shows it counts as a payer.',
    refusedBy: ['policy-lightspark-preimage-htlc'],
    play: async (victim) => {
      const { platform } = victim.signer.sandbox
      const alice = victim.stage.alice()
      await alice.createInvoice({ amountMsat: invoiceSats * 1000n, memo: 'not paid yet' })
      const invoice = platform
        .entities()
        .filter((entity) => entity.type === 'Invoice')
        .at(-1)
      if (invoice === undefined) throw new EvilError('the platform has no invoice')
      const event = hostileEvent(victim, alice.entity.id, {
        sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
        invoice_id: invoice.id,
        preimage_nonce: invoice.preimageNonce,
        is_uma: false,
        is_lnurl: false,
      })
      const asked = await ask(victim, event, () => platform.get('Invoice', invoice.id).preimage)
      return useIfGot(asked, async (preimage) => {
        const hash = createHash('sha256').update(hexToBytes(preimage)).digest('hex')
        if (hash !== invoice.paymentHash) throw new EvilError('it is no preimage of the invoice')
        return { lostSats: invoiceSats, how: 'a receipt for what was not paid' }
      })
    },
  },
]

/** Our node closes, as it may at any time, and the secret of what it broadcast is asked for. */
export const secretOfClose: EvilAttack = {
  name: 'secret-of-our-close',
  story: 'We close with our own commitment; its secret is asked for, and the peer punishes us.',
  refusedBy: ['policy-lightspark-release-order', 'policy-revoke-not-closed'],
  endsChannel: true,
  play: async (victim) => {
    const { stage, channel, holderNumber } = victim
    await stage.forceClose(stage.alice(), channel.id)
    const commitment = holderCommitment(victim, holderNumber)
    if (stage.chain.transaction(transactionId(commitment.transaction)) === undefined) {
      throw new EvilError('our node broadcast another commitment')
    }
    const asked = await askSecret(victim, indexOf(holderNumber), currentPoint(victim))
    return useIfGot(asked, (secret) => take(victim, [], punishment(victim, commitment, secret)))
  },
}
