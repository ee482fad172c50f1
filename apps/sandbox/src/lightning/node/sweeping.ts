import { toHex } from '@boltwarden/core/hex'
import type { SpendableOutputDescriptor } from 'lightningdevkit'
import type { Errands } from './errands.ts'
import type { FeeRates } from './fee-rates.ts'

/** An attempt at a sweep, repeated until it gives the signed transaction. */
export type Sweeping = () => Uint8Array | undefined

/** Begins to spend an output that is the node's now, at a feerate per 1000 weight. */
export type Sweep = (descriptor: SpendableOutputDescriptor, feerate: number) => Sweeping

/** What sweeps are broadcast with. */
type SweepingParts = {
  readonly sweep: Sweep
  readonly fees: FeeRates
  readonly errands: Errands
  readonly broadcast: (transactions: readonly Uint8Array[]) => void
}

/** Sweeps each output once: LDK tells of one twice where it watches it for two reasons. */
export function createSweeping(
  parts: SweepingParts,
): (outputs: readonly SpendableOutputDescriptor[]) => void {
  const begun = new Set<string>()
  const begin = (output: SpendableOutputDescriptor) => {
    const attempt = parts.sweep(output, parts.fees.current())
    parts.errands.add(() => {
      const signed = attempt()
      if (signed !== undefined) parts.broadcast([signed])
      return signed !== undefined
    })
  }
  return (outputs) => {
    for (const output of outputs) {
      const name = toHex(output.write())
      if (begun.has(name)) continue
      begun.add(name)
      begin(output)
    }
  }
}
