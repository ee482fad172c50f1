import type { Sequence } from '../stage/attack.ts'
import { announcements } from './announcements.ts'
import { endings } from './endings.ts'
import { fees } from './fees.ts'
import { oddTurns } from './odd-turns.ts'
import { openings } from './openings.ts'
import { payments } from './payments.ts'

/** Every honest sequence. */
export const sequences: readonly Sequence[] = [
  ...openings,
  ...payments,
  ...fees,
  ...oddTurns,
  ...endings,
  ...announcements,
]
