import type { Sequence } from '../stage/attack.ts'
import { endings } from './endings.ts'
import { openings } from './openings.ts'
import { payments } from './payments.ts'

/** Every honest sequence. */
export const sequences: readonly Sequence[] = [...openings, ...payments, ...endings]
