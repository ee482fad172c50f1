import { formatKeyPath } from '@boltwarden/core/keys/key-path'
import type { OnchainTransaction } from './onchain-transaction.ts'
import type { OnchainPurpose } from './purpose.ts'

/** The destinations that jobs of these purposes name and no output pays, each once. */
export function unpaidDestinations(
  { jobs, outputs }: OnchainTransaction,
  purposes: readonly OnchainPurpose[],
): readonly string[] {
  const paid = new Set(outputs.flatMap(({ own }) => (own === undefined ? [] : formatKeyPath(own))))
  const named = jobs.flatMap(({ facts: { destination }, purpose }) =>
    destination?.ok && purposes.includes(purpose) ? [formatKeyPath(destination.value)] : [],
  )
  return [...new Set(named)].filter((path) => !paid.has(path))
}
