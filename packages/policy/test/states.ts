import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { obscuringFactor } from '@boltwarden/core/bolt3/commitment-number'
import { emptyCounterpartySecrets } from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import {
  commitmentSecret,
  paymentHash,
  preimageNonce,
  publicKey,
  txid,
} from '@boltwarden/core/bytes'
import { channelId, invoiceId, nodeId } from '@boltwarden/core/ids'
import {
  commitmentIndex,
  commitmentNumber,
  maxCommitmentIndex,
  maxSats,
  sats as satsOf,
} from '@boltwarden/core/units'
import { onchainPurposes } from '@boltwarden/policy/onchain/purpose'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import type { CounterpartyCommitment, HtlcRecord } from '@boltwarden/policy/state/commitment-record'
import { type Funding, openers } from '@boltwarden/policy/state/funding'
import type { Intent } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { NodeState } from '@boltwarden/policy/state/node-state'
import { learnSecret } from '@boltwarden/policy/state/revealed'
import type { SpentOutput } from '@boltwarden/policy/state/spent-output'
import fc from 'fast-check'

const index = fc.integer({ min: 0, max: maxCommitmentIndex }).map(commitmentIndex)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const id = fc.stringMatching(/^[\x21-\x7e]{1,40}$/)

/** What a counterparty revealed whose seed is all zeros. */
export function secretsAfter(reveals: number) {
  let store = emptyCounterpartySecrets
  for (let below = 0; below < reveals; below++) {
    const at = commitmentIndex(maxCommitmentIndex - below)
    const learnt = learnSecret(store, at, perCommitmentSecret(new Uint8Array(32), at))
    if (learnt.ok) store = learnt.value
  }
  return store
}

const sats = fc.bigInt({ min: 0n, max: maxSats }).map(satsOf)
const number = fc.integer({ min: 0, max: maxCommitmentIndex }).map(commitmentNumber)
const key = fc
  .uint8Array({ minLength: 33, maxLength: 33 })
  .map((bytes) => publicKey(Uint8Array.of(2, ...bytes.subarray(1))))
const funding: fc.Arbitrary<Funding> = fc.record(
  {
    txid: bytes32.map(txid),
    vout: fc.nat(),
    amountSats: sats,
    holderKey: key,
    counterpartyKey: key,
    revocationBasepoint: key,
    htlcBasepoint: key,
    obscuringFactor: fc.integer({ min: 0, max: maxCommitmentIndex }).map(obscuringFactor),
    commitmentType: fc.constantFrom('static-remotekey' as const, 'anchors' as const),
    initialToHolderSats: sats,
    initialToCounterpartySats: sats,
    opener: fc.constantFrom(...openers),
  },
  {
    requiredKeys: [
      'txid',
      'vout',
      'amountSats',
      'holderKey',
      'counterpartyKey',
      'revocationBasepoint',
      'htlcBasepoint',
      'obscuringFactor',
      'commitmentType',
      'initialToHolderSats',
      'initialToCounterpartySats',
    ],
  },
)
const htlc: fc.Arbitrary<HtlcRecord> = fc.record({
  way: fc.constantFrom('incoming' as const, 'outgoing' as const),
  paymentHash160: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160),
  amountSats: sats,
  cltvExpiry: fc.nat(499_999_999),
})
const commitment: fc.Arbitrary<CounterpartyCommitment> = fc.record(
  {
    number,
    txid: bytes32.map(txid),
    toHolderSats: sats,
    feeSats: sats,
    htlcs: fc.array(htlc, { maxLength: 3 }),
    htlcKeys: fc.record({
      holder: key,
      revocationHash: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160),
    }),
    dues: fc.record({ toHolderSats: sats, withFeeSats: sats }),
  },
  { requiredKeys: ['number', 'txid', 'toHolderSats', 'feeSats', 'htlcs'] },
)
const outPoint = fc.record({ txid: bytes32.map(txid), vout: fc.nat(0xffff_ffff) })
/** Any spent output that reads back. */
export const spentOutput: fc.Arbitrary<SpentOutput> = fc
  .record(
    {
      at: outPoint,
      own: fc.record({ purpose: fc.constantFrom(...onchainPurposes), amountSats: sats }),
      leftSats: sats,
      feeSats: sats,
    },
    { requiredKeys: ['at', 'leftSats', 'feeSats'] },
  )
  .map(({ at, ...rest }) => ({ ...at, ...rest }))
const velocity = fc.array(fc.record({ slot: fc.nat(), sats }), { maxLength: 4 })
/** Any node that reads back. */
export const nodeState: fc.Arbitrary<NodeState> = fc.record({
  lightningOut: velocity,
  onchainOut: velocity,
  onchainFees: velocity,
  trimmedPreimages: velocity,
  unlinkedFundings: fc.array(
    fc.record({
      txid: bytes32.map(txid),
      vout: fc.nat(),
      scriptPubKey: fc.uint8Array({ maxLength: 40 }),
      amountSats: sats,
      spends: outPoint,
      atMs: fc.maxSafeNat(),
    }),
    { maxLength: 3 },
  ),
  paidFundings: fc.array(outPoint, { maxLength: 3 }),
  settling: fc.array(
    fc.record({
      paymentHash160: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160),
      amountSats: sats,
      cltvExpiry: fc.nat(499_999_999),
    }),
    { maxLength: 3 },
  ),
})
/** Any intent that reads back. */
export const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('payment' as const),
      id,
      paymentHash: bytes32.map(paymentHash),
      maxAmountSats: sats,
      maxFeeSats: sats,
      expiresAtMs: fc.maxSafeNat(),
      inFlight: fc.array(fc.record({ channel: fc.nat(2 ** 31 - 1), amountSats: sats })),
      settledSats: sats,
    },
    {
      requiredKeys: [
        'kind',
        'id',
        'paymentHash',
        'maxAmountSats',
        'expiresAtMs',
        'inFlight',
        'settledSats',
      ],
    },
  ),
  fc.record(
    {
      kind: fc.constant('withdrawal' as const),
      id,
      scriptPubKey: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      amountSats: sats,
      expiresAtMs: fc.maxSafeNat(),
      usedBy: bytes32.map(txid),
      usedInput: outPoint,
    },
    { requiredKeys: ['kind', 'id', 'scriptPubKey', 'amountSats', 'expiresAtMs'] },
  ),
)

/** Any channel that reads back. */
export const channelState: fc.Arbitrary<ChannelState> = fc.record(
  {
    channel: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    id: id.map(channelId),
    node: id.map(nodeId),
    origin: fc.constantFrom('opening' as const, 'adopted' as const),
    lowestPoint: index,
    lastReleased: index,
    counterpartySecrets: fc.integer({ min: 0, max: 40 }).map(secretsAfter),
    adoptedSecrets: fc.array(fc.record({ index, secret: bytes32.map(commitmentSecret) }), {
      maxLength: 3,
    }),
    highestExpiry: fc.nat(),
    funding,
    commitments: fc.array(commitment, { maxLength: 2 }),
    broadcast: fc.array(
      fc.record(
        {
          index,
          txid: bytes32.map(txid),
          scripts: fc.array(
            fc.record({ scriptPubKey: bytes32, amountSats: sats, isBalance: fc.boolean() }),
            { maxLength: 2 },
          ),
          toLocal: fc.constantFrom('due', 'perhaps'),
          maxFeeratePerKw: fc.nat(),
        },
        { requiredKeys: ['index', 'txid'] },
      ),
      { maxLength: 2 },
    ),
    closings: fc.array(fc.record({ txid: bytes32.map(txid), toHolderSats: sats }), {
      maxLength: 2,
    }),
  },
  {
    requiredKeys: [
      'channel',
      'id',
      'node',
      'origin',
      'lowestPoint',
      'counterpartySecrets',
      'commitments',
      'broadcast',
      'closings',
    ],
  },
)

/** Any invoice that reads back. */
export const invoiceState: fc.Arbitrary<InvoiceState> = fc.record(
  {
    invoice: id.map(invoiceId),
    nonce: bytes32.map(preimageNonce),
    paymentHash: bytes32.map(paymentHash),
    issuedAtMs: fc.maxSafeNat(),
    releasedAtMs: fc.maxSafeNat(),
  },
  { requiredKeys: ['invoice', 'nonce', 'paymentHash', 'issuedAtMs'] },
)
