import { endings } from './endings.ts'
import { interruptions } from './interruptions.ts'
import { openings } from './openings.ts'
import { payments } from './payments.ts'
import type { Scenario } from './scenario.ts'
import { wallet } from './wallet.ts'

/** Every scenario, in the order of a node's life. */
export const scenarios: readonly Scenario[] = [
  ...openings,
  ...payments,
  ...interruptions,
  ...wallet,
  ...endings,
]
