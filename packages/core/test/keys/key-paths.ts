import { channelKeyNames, type KeyPath, type SigningKeyPath } from '@boltwarden/core/keys/key-path'
import fc from 'fast-check'

/** A non-hardened child number, often at the edges. */
export const childNumbers = fc.oneof(
  fc.nat(9),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.constant(2 ** 31 - 1),
)

const channelKey = fc.record({
  purpose: fc.constant('channel-key' as const),
  channel: childNumbers,
  key: fc.constantFrom(...channelKeyNames),
})
const destination = fc.record({
  purpose: fc.constant('destination' as const),
  index: childNumbers,
})
const l1Wallet = fc.record({
  purpose: fc.constant('l1-wallet' as const),
  coin: fc.constantFrom(0 as const, 1 as const, 2 as const),
  change: fc.constantFrom(0 as const, 1 as const),
  index: childNumbers,
})

/** A key that may sign. */
export const signingKeyPaths: fc.Arbitrary<SigningKeyPath> = fc.oneof(
  channelKey,
  destination,
  l1Wallet,
)

/** Any key of the table. */
export const keyPaths: fc.Arbitrary<KeyPath> = fc.oneof(
  { weight: 3, arbitrary: signingKeyPaths },
  fc.record({ purpose: fc.constant('channel-seed' as const), channel: childNumbers }),
  fc.constantFrom<KeyPath>(
    { purpose: 'node-identity' },
    { purpose: 'preimage' },
    { purpose: 'operation-signing' },
    { purpose: 'audit' },
  ),
)
