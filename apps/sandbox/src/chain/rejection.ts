/** Rules of Bitcoin's consensus: what breaks one can never confirm on this tip. */
export type ConsensusRule =
  /** No transaction, or one longer than a node relays. */
  | 'malformed'
  /** A coinbase outside a block. */
  | 'coinbase'
  /** The same output twice. */
  | 'duplicate-input'
  /** An output that does not exist. */
  | 'missing-input'
  /** An output that a block has already spent. */
  | 'double-spend'
  /** A coinbase younger than 100 blocks. */
  | 'immature-coinbase'
  /** More goes out than comes in. */
  | 'inflation'
  /** A lock time that has not come. */
  | 'lock-time'
  /** A relative lock time that has not run out: BIP 68. */
  | 'relative-lock-time'
  /** The interpreter says no. */
  | 'script'

/** Rules of the mempool: a block may break them. */
export type PolicyRule =
  | 'already-confirmed'
  /** An output too small to be worth spending. */
  | 'dust'
  /** A waiting transaction spends the same and pays as much. */
  | 'replacement-fee'
  /** Valid, but in a form that nodes do not relay: high S, for example. */
  | 'non-standard-script'
  /** A version other than 1, 2 or 3. */
  | 'non-standard-version'

/** Why the chain does not take a transaction. */
export type Rejection = {
  readonly rule: ConsensusRule | PolicyRule
  /** In words, with the numbers. */
  readonly message: string
  /** The input it is about, where it is about one. */
  readonly inputIndex?: number
}
