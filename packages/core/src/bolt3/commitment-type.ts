/**
 * The kinds of commitment that are known: `static-remotekey`, and `anchors` with zero-fee HTLC
 * transactions.
 *
 * @see https://github.com/lightning/bolts/blob/master/09-features.md
 */
export const commitmentTypes = ['static-remotekey', 'anchors'] as const

/** The kind of a channel's commitments; it decides their scripts, weights and fees. */
export type CommitmentType = (typeof commitmentTypes)[number]
