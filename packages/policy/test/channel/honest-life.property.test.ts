import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { commitmentFee, htlcTransactionFee } from '@boltwarden/core/bolt3/fees'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcome } from '../honest.ts'
import { commit, opened, type Stage } from './play.ts'
import { type Agreement, type Htlc, hashOf, type Terms } from './simulated-channel.ts'

const { FC_NUM_RUNS = '4' } = process.env
const runs = { numRuns: Number(FC_NUM_RUNS), endOnFailure: true }

const reserveMsat = 10_000_000n
const dustLimit = 354n
const maxTrimmed = 5000n

/** What either side may do between two commitments. */
type Update =
  | {
      readonly kind: 'offer'
      readonly way: Htlc['way']
      readonly msat: bigint
      readonly hash: number
    }
  | { readonly kind: 'end'; readonly at: number; readonly how: 'paid' | 'failed' }
  | { readonly kind: 'feerate'; readonly feerate: number }

const update: fc.Arbitrary<Update> = fc.oneof(
  fc.record({
    kind: fc.constant('offer' as const),
    way: fc.constantFrom('incoming' as const, 'outgoing' as const),
    msat: fc.oneof(
      fc.bigInt({ min: 1_000n, max: 600_000n }),
      fc.bigInt({ min: 300_000n, max: 20_000_000n }),
      fc.bigInt({ min: 1_000_000n, max: 300_000_000n }),
    ),
    hash: fc.nat(3),
  }),
  fc.record({
    kind: fc.constant('end' as const),
    at: fc.nat(8),
    how: fc.constantFrom('paid' as const, 'paid' as const, 'failed' as const),
  }),
  fc.record({
    kind: fc.constant('feerate' as const),
    feerate: fc.constantFrom(253, 254, 500, 1000, 2500, 5000, 9999),
  }),
)

const life = fc.array(fc.array(update, { minLength: 0, maxLength: 5 }), {
  minLength: 2,
  maxLength: 12,
})

/** What the opener pays for a commitment of these HTLCs, and what either side would trim. */
function isAffordable({ type, funder }: Terms, agreement: Agreement, before: Agreement): boolean {
  const feerate = feeratePerKw(agreement.feerate)
  const trims = ({ way, amountMsat }: Htlc, broadcaster: 'holder' | 'counterparty') => {
    const direction = (way === 'outgoing') === (broadcaster === 'holder') ? 'offered' : 'received'
    return amountMsat / 1000n < dustLimit + htlcTransactionFee(type, direction, feerate)
  }
  const cost = commitmentFee(type, feerate, agreement.htlcs.length) + 660n
  const ofOpener = funder === 'holder' ? agreement.toHolderMsat : agreement.toCounterpartyMsat
  const trimmed = agreement.htlcs
    .filter((htlc) => trims(htlc, 'counterparty') || trims(htlc, 'holder'))
    .reduce((sum, { amountMsat }) => sum + amountMsat / 1000n + 1n, 0n)
  const keeps = (now: bigint, was: bigint) => now >= was || now >= reserveMsat
  return (
    ofOpener >= reserveMsat + 1000n * cost &&
    trimmed <= maxTrimmed &&
    keeps(agreement.toHolderMsat, before.toHolderMsat) &&
    keeps(agreement.toCounterpartyMsat, before.toCounterpartyMsat)
  )
}

function updated(agreement: Agreement, change: Update): Agreement {
  if (change.kind === 'feerate') return { ...agreement, feerate: change.feerate }
  const { toHolderMsat, toCounterpartyMsat, htlcs } = agreement
  if (change.kind === 'offer') {
    const { way, msat, hash } = change
    const htlc = {
      way,
      amountMsat: msat,
      paymentHash: hashOf(`${way} ${hash}`),
      cltvExpiry: 600 + hash,
    }
    return {
      ...agreement,
      toHolderMsat: way === 'outgoing' ? toHolderMsat - msat : toHolderMsat,
      toCounterpartyMsat: way === 'incoming' ? toCounterpartyMsat - msat : toCounterpartyMsat,
      htlcs: [...htlcs, htlc],
    }
  }
  const htlc = htlcs[change.at]
  if (htlc === undefined) return agreement
  const isForUs = (htlc.way === 'incoming') === (change.how === 'paid')
  return {
    ...agreement,
    toHolderMsat: isForUs ? toHolderMsat + htlc.amountMsat : toHolderMsat,
    toCounterpartyMsat: isForUs ? toCounterpartyMsat : toCounterpartyMsat + htlc.amountMsat,
    htlcs: htlcs.toSpliced(change.at, 1),
  }
}

/** One round: what was irrevocable before may end, and new HTLCs are offered. */
function round(play: Stage, updates: readonly Update[]): void {
  const { channel, signer } = play
  const before = channel.agreement
  let ended = 0
  // That an equal HTLC takes the place of one that is paid is held where we opened: credited-payments.test.ts.
  const offered = updates.flatMap((it) =>
    it.kind === 'offer' && it.way === 'incoming' ? [String(hashOf(`incoming ${it.hash}`))] : [],
  )
  const isReplaced = (htlc: Htlc | undefined) =>
    channel.terms.funder === 'holder' && offered.includes(String(htlc?.paymentHash))
  for (const change of updates) {
    const isEnd = change.kind === 'end'
    if (isEnd && change.at >= before.htlcs.length - ended) continue
    if (isEnd && isReplaced(channel.agreement.htlcs[change.at])) continue
    const next = updated(channel.agreement, change)
    if (!isAffordable(channel.terms, next, channel.agreement)) continue
    const gone = isEnd ? channel.agreement.htlcs[change.at] : undefined
    if (isEnd) ended++
    if (gone?.way === 'incoming' && isEnd && change.how === 'paid') {
      const last = signer.channel(channel.channel)?.commitments.at(-1)
      const shown = last?.htlcs.find(
        (htlc) =>
          htlc.way === 'incoming' &&
          htlc.amountSats === gone.amountMsat / 1000n &&
          htlc.cltvExpiry === gone.cltvExpiry,
      )
      if (shown !== undefined) {
        const node = signer.node()
        const paymentHash160 = hash160OfPaymentHash(gone.paymentHash)
        const amountSats = sats(gone.amountMsat / 1000n)
        const settling = [
          ...node.settling,
          { paymentHash160, amountSats, cltvExpiry: gone.cltvExpiry },
        ]
        signer.write({ channels: [], node: { ...node, settling } })
      }
    }
    channel.agreement = next
  }
  commit(play)
}

const terms: readonly (readonly [string, Terms])[] = (
  ['static-remotekey', 'anchors'] as const
).flatMap((type) =>
  (['holder', 'counterparty'] as const).flatMap((funder) =>
    [0n, 1_234n, 150_000_999n, 400_000_000n].map(
      (pushMsat) =>
        [
          `${type} opened by the ${funder} with ${pushMsat} msat`,
          { type, funder, pushMsat, feerate: 253 },
        ] as const,
    ),
  ),
)

describe.each(terms)('%s', (_name, channel) => {
  test.each([
    ['by default', {}],
    ['only received', { payments: { receiveOnly: true } }],
  ])(
    'an honest life is never refused, %s',
    (_which, choices) => {
      fc.assert(
        fc.property(life, fc.integer({ min: 100, max: 5000 }), (rounds, fee) => {
          const play = opened(channel)
          play.signer.policy = createPolicy(choices)
          const isAllowed = (it: Update) =>
            !play.signer.policy.payments.receiveOnly || it.kind !== 'offer' || it.way === 'incoming'
          for (const updates of rounds) round(play, updates.filter(isAllowed))
          const { toHolderMsat, toCounterpartyMsat, htlcs } = play.channel.agreement
          for (const { way } of [...htlcs])
            play.channel.removeOldest(way === 'incoming' ? 'failed' : 'failed')
          commit(play)
          expect(toHolderMsat + toCounterpartyMsat).toBeGreaterThan(0n)
          expect(outcome(play.signer.decide(play.channel.closing(BigInt(fee))))).toEqual(['sign'])
        }),
        runs,
      )
    },
    120_000,
  )
})
