// JSON has neither bigints nor maps nor bytes: each becomes an object with one field that says so.

/** One line of JSON. */
export function encodeKept(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return { $bigint: String(each) }
    if (each instanceof Uint8Array) return { $bytes: Buffer.from(each).toString('base64') }
    return each instanceof Map ? { $map: [...each] } : each
  })
}

/** What was encoded; whoever reads it has looked at its version before. */
export function decodeKept<T>(text: string): T {
  return JSON.parse(text, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null) return each
    if ('$bigint' in each) return BigInt(String(each.$bigint))
    if ('$bytes' in each) return new Uint8Array(Buffer.from(String(each.$bytes), 'base64'))
    return '$map' in each && Array.isArray(each.$map) ? new Map(each.$map) : each
  })
}
