const zero = 0x30
const a = 0x61

/**
 * Writes the lower-case hex digits of `bytes` as ASCII into `target` from `at` on, so that a secret
 * never is a string.
 */
export function writeHex(bytes: Uint8Array, target: Uint8Array, at: number): void {
  bytes.forEach((byte, i) => {
    target[at + 2 * i] = hexDigit(byte >> 4)
    target[at + 2 * i + 1] = hexDigit(byte & 15)
  })
}

/**
 * Reads ASCII hex digits without making a string of them.
 *
 * @returns fresh bytes, for the caller to wipe; `undefined` where it is no even number of digits.
 */
export function readHex(digits: Uint8Array): Uint8Array | undefined {
  if (digits.length % 2 !== 0) return undefined
  const out = new Uint8Array(digits.length / 2)
  for (let i = 0; i < out.length; i++) {
    const high = hexValue(digits[2 * i])
    const low = hexValue(digits[2 * i + 1])
    if (high === undefined || low === undefined) {
      out.fill(0)
      return undefined
    }
    out[i] = high * 16 + low
  }
  return out
}

function hexDigit(value: number): number {
  return value < 10 ? zero + value : a + value - 10
}

function hexValue(code: number | undefined): number | undefined {
  if (code === undefined) return undefined
  if (code >= zero && code <= 0x39) return code - zero
  const lower = code | 0x20
  return lower >= a && lower <= 0x66 ? lower - a + 10 : undefined
}
