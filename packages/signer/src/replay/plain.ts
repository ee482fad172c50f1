import { toHex } from '@boltwarden/core/hex'

/** Deeper than any fact of the rules is nested. */
const maxDepth = 16

/** What the counterparty revealed explains nothing by its digits. */
const leftOut: ReadonlySet<string> = new Set(['slots'])

/** Facts of the rules as JSON: bytes as hex, amounts as text, maps as objects. */
export function plain(value: unknown, depth = 0): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return '…'
  if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1))
  const entries: readonly (readonly [unknown, unknown])[] =
    value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(
    entries
      .map(([name, entry]) => [String(name), plain(entry, depth + 1)] as const)
      .filter(([name]) => !leftOut.has(name)),
  )
}
