/**
 * The bytes of hex that was checked when it was parsed. An event of 1,000 jobs carries some 400 kB
 * of it, which Node's decoder reads in well under a millisecond.
 */
export function wireBytes(hex: string): Uint8Array {
  const out = new Uint8Array(hex.length / 2)
  Buffer.from(out.buffer).write(hex, 'hex')
  return out
}
