import type { EvilAttack } from './attack.ts'
import { closes } from './closes.ts'
import { sweep, withdrawal } from './coins.ts'
import { commitments } from './commitments.ts'
import { secretOfClose, secrets } from './secrets.ts'

/** Every attack in the order in which they are played: the last two begin with an honest close. */
export const evilAttacks: readonly EvilAttack[] = [
  withdrawal,
  ...closes,
  ...commitments,
  ...secrets,
  secretOfClose,
  sweep,
]
