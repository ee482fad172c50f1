import { defaultPolicy, maxBatchJobs, modes } from '@boltwarden/policy/policy'
import { rules } from '@boltwarden/policy/rules/index'
import { optionalTags, severities } from '@boltwarden/policy/tags'
import { z } from 'zod'

/** The most indexes of one extended public key that are expanded. */
export const maxExpandedIndexes = 10_000

const maxSats = 2_100_000_000_000_000
const yearSeconds = 31_536_000
const { channels, payments, onchain } = defaultPolicy

const whole = (min: number, max: number, preset: number, description: string) =>
  z.int().min(min).max(max).default(preset).describe(description)
const amount = (preset: bigint, description: string) =>
  whole(0, maxSats, Number(preset), description)
const choice = (preset: boolean, description: string) =>
  z.boolean().default(preset).describe(description)
/** A limit that need not be. */
const limit = (example: number, description: string) =>
  z
    .int()
    .min(0)
    .max(maxSats)
    .optional()
    .meta({ description: `${description} No limit where it is left out.`, examples: [example] })
const text = (max: number, example: string, description: string) =>
  z
    .string()
    .min(1)
    .max(max)
    .meta({ description, examples: [example] })

const label = text(
  64,
  'cold storage',
  'A name for people, shown where the policy changes.',
).optional()

const eventsTable = z
  .strictObject({
    max_jobs: whole(1, maxBatchJobs, defaultPolicy.maxJobs, 'The most signing jobs of one event.'),
    max_age_seconds: whole(
      0,
      yearSeconds,
      defaultPolicy.maxEventAgeMs / 1000,
      'The oldest event that is answered, by its own timestamp.',
    ),
    max_ahead_seconds: whole(
      0,
      yearSeconds,
      defaultPolicy.maxEventAheadMs / 1000,
      'How far ahead of our clock an event may be.',
    ),
  })
  .describe('Which events are looked at.')

const channelsTable = z
  .strictObject({
    adopt: choice(
      channels.adopt,
      'Lets in every channel that is first seen in the middle of its life. Better: `boltwarden channels adopt` for one, or `mode = "observe"` until all are known.',
    ),
    look_ahead_points: whole(
      0,
      1000,
      channels.lookAheadPoints,
      'How many points past the next commitment are given.',
    ),
    max_channel_value_sats: amount(channels.maxFundingSats, 'The largest channel.'),
    max_push_sats: limit(
      0,
      'The most that the opening commitment of a channel that we fund gives the counterparty.',
    ),
    min_feerate_sat_per_kw: whole(
      0,
      0xffff_ffff,
      channels.minFeeratePerKw,
      'The lowest feerate of a commitment, in satoshis per 1,000 weight units.',
    ),
    max_feerate_sat_per_kw: whole(
      0,
      0xffff_ffff,
      channels.maxFeeratePerKw,
      'The highest feerate of a commitment, in satoshis per 1,000 weight units.',
    ),
    max_htlcs: whole(
      0,
      966,
      channels.maxHtlcs,
      'The most HTLCs of one commitment, both directions together.',
    ),
    max_htlc_inflight_sats: amount(
      channels.maxHtlcInflightSats,
      'The most in HTLCs of one commitment, both directions together.',
    ),
    max_trimmed_sats: amount(
      channels.maxTrimmedSats,
      'The most that HTLCs without an output of their own add up to in one commitment.',
    ),
    max_htlc_cltv_spread_blocks: whole(
      0,
      500_000_000,
      channels.maxHtlcCltvSpreadBlocks,
      "The most blocks between the first and the last expiry of one commitment's HTLCs.",
    ),
    reveal_grace_ms: whole(
      0,
      8_000,
      channels.revealGraceMs,
      'How long a commitment waits for the secret of the one before, which the platform reveals on its own way.',
    ),
    max_close_fee_sats: amount(channels.maxCloseFeeSats, 'The highest fee of a cooperative close.'),
  })
  .describe('What channels may be and do.')

const paymentsTable = z
  .strictObject({
    receive_only: choice(payments.receiveOnly, 'The node only receives: no HTLC is ever offered.'),
    require_intents: choice(
      payments.requireIntents,
      'Every payment that leaves must be registered before, with `boltwarden intents add payment`.',
    ),
    hourly_sats: limit(10_000_000, 'The most that leaves over Lightning within an hour.'),
    daily_sats: limit(50_000_000, 'The most that leaves over Lightning within a day.'),
    max_fee_sats: amount(
      payments.maxFeeSats,
      'The routing fee of a registered payment that names none.',
    ),
    allow_trimmed_below_sats: amount(
      payments.allowTrimmedBelowSats,
      'HTLCs below this may be without an output of their own (BOLT 3 trims dust), so that their preimages are released unseen.',
    ),
    max_trimmed_daily: whole(
      0,
      1_000_000,
      payments.maxTrimmedDaily,
      'The most preimages a day for which no HTLC was seen.',
    ),
    invoice_life_seconds: whole(
      0,
      yearSeconds,
      payments.invoiceLifeMs / 1000,
      'How long after its payment hash was given the preimage of an invoice is released.',
    ),
  })
  .describe('What payments may be and do.')

const addressEntry = z
  .strictObject({
    address: text(90, 'bc1q…', 'An address of the network: segwit, P2PKH or P2SH.'),
    label,
  })
  .describe('An address that the wallet, closes and claims may pay.')

const scriptEntry = z
  .strictObject({
    script: text(20_000, '0014…', 'A scriptPubKey in hex.'),
    label,
  })
  .describe('The same by its script.')

const xpubEntry = z
  .strictObject({
    xpub: text(
      120,
      'xpub…',
      'An extended public key of the network; its P2WPKH addresses are allowed.',
    ),
    max_index: whole(0, maxExpandedIndexes - 1, 999, 'The last index that is allowed.'),
    branch: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      )
      .max(4)
      .default([0])
      .describe(
        'The way from the key down to the addresses: `[0]` are the receive addresses of an account, `[]` its own children.',
      ),
    label,
  })
  .describe('The same for the addresses of another wallet.')

const onchainTable = z
  .strictObject({
    require_intents: choice(
      onchain.requireIntents,
      'Every withdrawal must be registered before, with `boltwarden intents add withdrawal`; the allow-list alone does not do.',
    ),
    hourly_sats: limit(10_000_000, 'The most that leaves the L1 wallet within an hour.'),
    daily_sats: limit(50_000_000, 'The most that leaves the L1 wallet within a day.'),
    fee_hourly_sats: limit(200_000, 'The most fees within an hour.'),
    fee_daily_sats: amount(
      onchain.feeDailySats,
      'The most fees of L1 transactions and claims within a day. A claim that waits for tomorrow may come too late: keep it above what a bad day costs.',
    ),
    max_feerate_sat_per_kw: whole(
      0,
      0xffff_ffff,
      onchain.maxFeeratePerKw,
      'The highest feerate of an L1 transaction, in satoshis per 1,000 weight units.',
    ),
    max_transaction_weight: whole(
      0,
      4_000_000,
      onchain.maxTransactionWeight,
      'The heaviest L1 transaction, in weight units.',
    ),
    unlinked_funding_max_sats: amount(
      onchain.unlinkedFundingMaxSats,
      'The most that waits in channel fundings which no commitment has shown yet. Some platforms ask for the funding signature before the first commitment.',
    ),
    max_wallet_index: whole(
      0,
      2 ** 31 - 1,
      onchain.maxWalletIndex,
      'The last index of our own addresses that is looked for.',
    ),
    addresses: z.array(addressEntry).max(10_000).default([]),
    scripts: z.array(scriptEntry).max(10_000).default([]),
    xpubs: z.array(xpubEntry).max(16).default([]),
  })
  .describe('What the L1 wallet may do, and whom it may pay.')

const rulesTable = z
  .strictObject(
    Object.fromEntries(
      optionalTags.map((tag) => [
        tag,
        z.enum(severities).optional().meta({ default: rules[tag].severity }),
      ]),
    ),
  )
  .describe(
    'What a violation of a rule leads to, where not to its own default: `error` declines, `hold` gives no answer and may be asked again, `warn` signs and records. Mandatory rules cannot stand here. docs/policy.md explains each.',
  )

/** The shape of policy.toml. Unknown keys are errors at every level. */
export const policyFileSchema = z.strictObject({
  mode: z
    .enum(modes)
    .default(defaultPolicy.mode)
    .describe(
      '`enforce`, or `observe`: then violations of rules that are not mandatory are recorded and signed, and channels that exist already are learnt.',
    ),
  events: eventsTable.prefault({}),
  channels: channelsTable.prefault({}),
  payments: paymentsTable.prefault({}),
  onchain: onchainTable.prefault({}),
  rules: rulesTable.prefault({}),
})

/** A policy file, with defaults filled in. */
export type PolicyFile = z.output<typeof policyFileSchema>
