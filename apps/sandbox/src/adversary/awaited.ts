/**
 * What the signer does not master yet: attacks that still get what they ask for, and honest traffic
 * that is still refused. The page names them, and a test fails when one of them is out of date.
 */
export const awaited: ReadonlySet<string> = new Set([
  'broadcast-burnt-as-fee',
  'dust-of-a-node-that-only-receives',
  'dust-without-intent',
  'fee-charged-to-us-and-kept-by-them',
  'fee-of-ours-kept-by-them',
  'payment-announced',
  'settled-payment-not-credited',
])
