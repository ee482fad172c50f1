import { sha256 } from '@boltwarden/core/bitcoin/hash'
import { concat } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bech32 } from '@scure/base'

/** What a test invoice says. */
type Terms = {
  readonly paymentHash: string
  readonly amountMsat: bigint | undefined
  readonly memo: string
  readonly createdAt: number
  readonly expirySeconds: number
}

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

function number(value: number, length: number): number[] {
  return Array.from({ length }, (_, at) => Math.floor(value / 32 ** (length - 1 - at)) % 32)
}

/** As few digits as the number needs: BOLT 11 wants no leading zeros. */
function minimal(value: number): number[] {
  return number(value, Math.ceil(Math.log(value + 1) / Math.log(32)))
}

function field(letter: string, words: readonly number[]): number[] {
  return [letters.indexOf(letter), ...number(words.length, 2), ...words]
}

/** Signs and encodes a BOLT 11 invoice for regtest. */
export function encodeInvoice(terms: Terms, secretKey: Uint8Array): string {
  const words = (bytes: Uint8Array) => bech32.toWords(bytes)
  const amount = terms.amountMsat === undefined ? '' : `${terms.amountMsat * 10n}p`
  const prefix = `lnbcrt${amount}`
  const data = [
    ...number(terms.createdAt, 7),
    ...field('p', words(hexToBytes(terms.paymentHash))),
    ...field('s', words(sha256(hexToBytes(terms.paymentHash)))),
    ...field('d', words(new TextEncoder().encode(terms.memo))),
    ...field('x', minimal(terms.expirySeconds)),
    // Features 8 and 14: payment secrets, in the variable onion.
    ...field('9', [16, 8, 0]),
  ]
  const padded = [...data, ...Array.from({ length: (8 - (data.length % 8)) % 8 }, () => 0)]
  const bytes = bech32.fromWords(padded).slice(0, Math.ceil((data.length * 5) / 8))
  const hash = sha256(concat(new TextEncoder().encode(prefix), bytes))
  const signed = secp256k1.sign(hash, secretKey, { prehash: false, format: 'recovered' })
  const signature = concat(signed.slice(1), signed.slice(0, 1))
  return bech32.encode(prefix, [...data, ...words(signature)], false)
}
