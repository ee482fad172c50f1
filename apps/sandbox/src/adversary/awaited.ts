/**
 * What the signer does not master yet: attacks that still get what they ask for, and honest traffic
 * that is still refused. The page names them, and a test fails when one of them is out of date.
 */
export const awaited: ReadonlySet<string> = new Set([])
