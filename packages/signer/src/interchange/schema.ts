import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { networks } from '@boltwarden/core/network'
import { onchainPurposes } from '@boltwarden/policy/onchain/purpose'
import { htlcWays } from '@boltwarden/policy/state/commitment-record'
import { openers } from '@boltwarden/policy/state/funding'
import { z } from 'zod'
import { stateFormat, stateVersion } from './document.ts'

// The decoders of the states decide what is read; this is what they are documented by.

const bytes = (length?: number) =>
  z
    .string()
    .regex(length === undefined ? /^(?:[0-9a-f]{2})*$/ : new RegExp(`^[0-9a-f]{${2 * length}}$`))
const sats = z.string().regex(/^(?:0|[1-9][0-9]{0,15})$/)
const whole = (max: number) => z.int().min(0).max(max)
const index = whole(2 ** 48 - 1)
const height = whole(0xffff_ffff)
const moment = whole(Number.MAX_SAFE_INTEGER)
const id = z.string().min(1)
const outPoint = { txid: bytes(32), vout: height }

const watermarks = {
  channel: whole(2 ** 31 - 1),
  id,
  node: id,
  lowestPoint: index,
  lastReleased: index.optional(),
}

const htlc = z.strictObject({
  way: z.enum(htlcWays),
  paymentHash160: bytes(20),
  amountSats: sats,
  cltvExpiry: height,
})

const commitment = z.strictObject({
  number: index,
  txid: bytes(32),
  toHolderSats: sats,
  feeSats: sats,
  htlcs: z.array(htlc),
  htlcKeys: z.strictObject({ holder: bytes(33), revocationHash: bytes(20) }).optional(),
  dues: z.strictObject({ toHolderSats: sats, withFeeSats: sats }).optional(),
})

const broadcast = z.strictObject({
  index,
  txid: bytes(32),
  scripts: z
    .array(
      z.strictObject({
        scriptPubKey: bytes(),
        amountSats: sats,
        kind: z.enum(['balance', 'other']),
      }),
    )
    .optional(),
  toLocal: z.enum(['due', 'perhaps']).optional(),
  maxFeeratePerKw: moment.optional(),
})

const funding = z.strictObject({
  ...outPoint,
  amountSats: sats,
  holderKey: bytes(33),
  counterpartyKey: bytes(33),
  revocationBasepoint: bytes(33),
  htlcBasepoint: bytes(33),
  obscuringFactor: index,
  commitmentType: z.enum(commitmentTypes),
  initialToHolderSats: sats,
  initialToCounterpartySats: sats,
  opener: z.enum(openers).optional(),
})

const channel = z.strictObject({
  v: z.literal(3),
  ...watermarks,
  origin: z.enum(['opening', 'adopted']),
  revealed: z.string().describe("BOLT 3's slots: version, lowest index, secrets in hex"),
  adoptedSecrets: z.array(z.strictObject({ index, secret: bytes(32) })).optional(),
  highestExpiry: height.optional(),
  funding: funding.optional(),
  commitments: z.array(commitment),
  broadcast: z.array(broadcast),
  closings: z.array(z.strictObject({ txid: bytes(32), toHolderSats: sats })),
})

const invoice = z.strictObject({
  v: z.literal(1),
  invoice: id,
  nonce: bytes(),
  paymentHash: bytes(32),
  issuedAtMs: moment,
  releasedAtMs: moment.optional(),
})

const intentBase = { v: z.literal(1), id: z.string().min(1).max(64), expiresAtMs: moment }
const intent = z.discriminatedUnion('kind', [
  z.strictObject({
    ...intentBase,
    kind: z.literal('payment'),
    paymentHash: bytes(32),
    maxAmountSats: sats,
    maxFeeSats: sats.optional(),
    inFlight: z.array(z.strictObject({ channel: watermarks.channel, amountSats: sats })),
    settledSats: sats,
  }),
  z.strictObject({
    ...intentBase,
    kind: z.literal('withdrawal'),
    scriptPubKey: bytes(),
    amountSats: sats,
    usedBy: bytes(32).optional(),
    usedInput: z.strictObject(outPoint).optional(),
  }),
])

const spent = z.strictObject({
  v: z.literal(1),
  ...outPoint,
  own: z.strictObject({ purpose: z.enum(onchainPurposes), amountSats: sats }).optional(),
  leftSats: sats,
  feeSats: sats,
})

const velocity = z.array(z.strictObject({ slot: moment, sats }))
const node = z.strictObject({
  v: z.literal(2),
  lightningOut: velocity,
  onchainOut: velocity,
  onchainFees: velocity,
  trimmedPreimages: velocity,
  unlinkedFundings: z.array(
    z.strictObject({
      ...outPoint,
      scriptPubKey: bytes(),
      amountSats: sats,
      spends: z.strictObject(outPoint),
      atMs: moment,
    }),
  ),
  paidFundings: z.array(z.strictObject(outPoint)),
  settling: z.array(
    z.strictObject({ paymentHash160: bytes(20), amountSats: sats, cltvExpiry: height }),
  ),
})

const provenance = {
  format: z.literal(stateFormat),
  v: z.literal(stateVersion),
  realm: z.strictObject({
    fingerprint: bytes(4),
    network: z.enum(networks),
  }),
  generation: z.strictObject({ lineage: bytes(16), generation: moment }),
}

/** The shape of an exported state; its JSON Schema is docs/state-format.schema.json. */
export const stateSchema = z.discriminatedUnion('extent', [
  z.strictObject({
    ...provenance,
    extent: z.literal('complete'),
    channels: z.array(channel),
    invoices: z.array(invoice),
    intents: z.array(intent),
    spends: z.array(spent),
    node,
  }),
  z.strictObject({
    ...provenance,
    extent: z.literal('minimal'),
    channels: z.array(z.strictObject(watermarks)),
  }),
])

/** The JSON Schema of {@link stateSchema}, as text. */
export function stateSchemaPage(): string {
  return `${JSON.stringify(z.toJSONSchema(stateSchema), undefined, 2)}\n`
}
