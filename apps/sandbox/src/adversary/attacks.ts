import { batches } from './batches.ts'
import { closings } from './closings.ts'
import { commitmentBalances } from './commitment-balances.ts'
import { commitmentNumbers } from './commitment-numbers.ts'
import { commitmentShapes } from './commitment-shapes.ts'
import { deliveries } from './deliveries.ts'
import { digests } from './digests.ts'
import { holderCommitments } from './holder-commitments.ts'
import { htlcs } from './htlcs.ts'
import { invoices } from './invoices.ts'
import { justice } from './justice.ts'
import { keys } from './keys.ts'
import { limits } from './limits.ts'
import { onchain } from './onchain.ts'
import { races } from './races.ts'
import { secrets } from './secrets.ts'
import type { Attack, Family } from './stage/attack.ts'
import { sweeps } from './sweeps.ts'

/** Every attack, family by family. */
export const attacks: readonly (readonly [Family, Attack])[] = (
  [
    ['digests', digests],
    ['keys', keys],
    ['secrets', secrets],
    ['commitment-balances', commitmentBalances],
    ['commitment-numbers', commitmentNumbers],
    ['commitment-shapes', commitmentShapes],
    ['htlcs', htlcs],
    ['holder-commitments', holderCommitments],
    ['closings', closings],
    ['sweeps', sweeps],
    ['justice', justice],
    ['onchain', onchain],
    ['limits', limits],
    ['invoices', invoices],
    ['deliveries', deliveries],
    ['races', races],
    ['batches', batches],
  ] as const
).flatMap(([family, list]) => list.map((attack) => [family, attack] as const))
