import { maxSats } from '../units.ts'

/** Groups: 1 network, 2 amount, 3 multiplier. An amount has at most 16 digits, no leading 0. */
export const prefixPattern: RegExp = /^ln(bcrt|bc|tbs|tb)(?:([1-9][0-9]{0,15})([munp]?))?$/

const msatPerBitcoin = 100_000_000_000n
const multipliers: Readonly<Record<string, bigint>> = {
  '': 1n,
  m: 1_000n,
  u: 1_000_000n,
  n: 1_000_000_000n,
  p: 1_000_000_000_000n,
}

/** The amount of an invoice's prefix in millisatoshis; undefined where it has none. */
export function amountMsatOf(prefix: RegExpExecArray): bigint | 'malformed' | undefined {
  const [, , digits, multiplier = ''] = prefix
  const divisor = multipliers[multiplier]
  if (digits === undefined) return undefined
  if (divisor === undefined) return 'malformed'
  const scaled = BigInt(digits) * msatPerBitcoin
  // One pico-bitcoin is a tenth of a millisatoshi.
  if (scaled % divisor !== 0n) return 'malformed'
  const amount = scaled / divisor
  return amount <= maxSats * 1000n ? amount : 'malformed'
}

/**
 * Features that may stand in an invoice by their even bit: var_onion_optin, payment_secret,
 * basic_mpp, option_route_blinding, option_attribution_data, option_payment_metadata.
 *
 * @see https://github.com/lightning/bolts/blob/master/09-features.md
 */
const knownFeatures: ReadonlySet<number> = new Set([8, 14, 16, 24, 36, 48])

/** Whether a feature field demands (even bit) what BOLT 9 does not define for invoices. */
export function hasUnknownFeature(words: readonly number[]): boolean {
  return words.some((word, i) => {
    const lowest = (words.length - 1 - i) * 5
    return [0, 1, 2, 3, 4].some(
      (bit) =>
        (word & (1 << bit)) !== 0 && (lowest + bit) % 2 === 0 && !knownFeatures.has(lowest + bit),
    )
  })
}
