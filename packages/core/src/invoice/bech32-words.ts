/**
 * Joins 5-bit words to bytes.
 *
 * @returns undefined where what is left over is a whole word, or not zeros.
 */
export function bytesOfWords(words: readonly number[]): Uint8Array | undefined {
  const leftover = (words.length * 5) % 8
  if (leftover >= 5) return undefined
  const last = words.at(-1) ?? 0
  return (last & ((1 << leftover) - 1)) === 0 ? joined(words, false) : undefined
}

/** Joins 5-bit words to bytes; zero bits fill the last one up. */
export function paddedBytesOfWords(words: readonly number[]): Uint8Array {
  return joined(words, true)
}

function joined(words: readonly number[], fillUp: boolean): Uint8Array {
  const bits = words.length * 5
  const out = new Uint8Array(fillUp ? Math.ceil(bits / 8) : Math.floor(bits / 8))
  let buffer = 0
  let held = 0
  let at = 0
  for (const word of words) {
    buffer = ((buffer << 5) | word) & 0xfff
    held += 5
    if (held >= 8) {
      held -= 8
      out[at++] = buffer >>> held
    }
  }
  if (at < out.length) out[at] = buffer << (8 - held)
  return out
}

/** The big-endian number of some 5-bit words; undefined above 50 bits or with a leading zero. */
export function numberOfWords(words: readonly number[]): number | undefined {
  if (words.length > 10 || words[0] === 0) return undefined
  return words.reduce((sum, word) => sum * 32 + word, 0)
}
