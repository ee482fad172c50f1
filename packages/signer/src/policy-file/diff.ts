import type { PolicyFile } from './schema.ts'

/** A key whose value changed; undefined is none. */
export type PolicyChange = {
  readonly key: string
  readonly from: unknown
  readonly to: unknown
}

/** What differs between two policy files, by the keys that an owner writes. */
export function diffPolicies(before: PolicyFile, after: PolicyFile): readonly PolicyChange[] {
  const old = flatten(before)
  const now = flatten(after)
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((key) => ({ key, from: old.get(key), to: now.get(key) }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))
}

/** One line for people. */
export function describeChange({ key, from, to }: PolicyChange): string {
  const show = (value: unknown) => (value === undefined ? '(none)' : JSON.stringify(value))
  return `${key}: ${show(from)} → ${show(to)}`
}

/** Dotted keys to values. Entries of a list go by what they name, not by their place. */
function flatten(file: PolicyFile): ReadonlyMap<string, unknown> {
  const flat = new Map<string, unknown>()
  const add = (path: string, value: unknown) => {
    if (Array.isArray(value)) {
      for (const entry of value) {
        const [[, named] = [], ...rest] = Object.entries(Object(entry))
        flat.set(`${path}[${shorten(String(named))}]`, Object.fromEntries(rest))
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        add(path === '' ? key : `${path}.${key}`, inner)
      }
    } else if (value !== undefined) flat.set(path, value)
  }
  add('', file)
  return flat
}

/** Whoever reads a log need not learn every address of an extended public key. */
function shorten(text: string): string {
  return text.length <= 70 ? text : `${text.slice(0, 12)}…${text.slice(-8)}`
}
