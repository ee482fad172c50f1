import { deriveSecret } from '../verify/commitment-secrets.ts'
import { publicKeyOf } from '../verify/point.ts'
import type { Channel } from './entities.ts'

// LDK may ask for any point of the past when a peer comes back with an old state. But a secret gives the
// earlier ones that BOLT 3 derives from it, and each its point: a channel keeps some 50 of either at most.

type Known = Pick<Channel, 'points' | 'secrets'>

/** Adds a released secret, and leaves out what follows from it at the other indexes. */
export function withSecret({ points, secrets }: Known, index: number, secret: string): Known {
  const stays = ([other]: readonly [number, string]) =>
    other === index || deriveSecret(secret, index, other) === undefined
  return {
    points: new Map([...points].filter(stays)),
    secrets: new Map([...secrets].filter(stays)).set(index, secret),
  }
}

/** The released secret of a per-commitment index, hex; undefined where it was not released. */
export function secretOf({ secrets }: Known, index: number): string | undefined {
  for (const [from, secret] of secrets) {
    const derived = deriveSecret(secret, from, index)
    if (derived !== undefined) return derived
  }
  return undefined
}

/** The point of a per-commitment index, compressed, hex; undefined where it was not given. */
export function pointOf(known: Known, index: number): string | undefined {
  const given = known.points.get(index)
  if (given !== undefined) return given
  const secret = secretOf(known, index)
  return secret && publicKeyOf(secret)
}
