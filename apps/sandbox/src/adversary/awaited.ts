/**
 * What the signer does not master yet: attacks that still get what they ask for, and honest traffic
 * that is still refused. The page names them, and a test fails when one of them is out of date.
 */
export const awaited: ReadonlySet<string> = new Set([
  'broadcast-burnt-as-fee',
  'close-to-a-named-address-out-of-reach',
  'dust-of-a-node-that-only-receives',
  'dust-without-intent',
  'fee-charged-to-us-and-kept-by-them',
  'fee-of-ours-kept-by-them',
  'lone-payment-that-never-expires',
  'payment-announced',
  'preimage-after-the-broadcast',
  'preimage-after-the-close',
  'preimage-before-the-old-state-is-revoked',
  'second-stage-of-ours-burnt-as-fee',
  'second-stage-of-ours-to-a-script-of-the-thiefs',
  'second-stage-without-its-locktime',
  'settled-payment-not-credited',
  'sweep-that-cannot-confirm-for-a-century',
])
