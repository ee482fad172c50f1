import type { Store } from '@boltwarden/store'
import { isFault } from './fault.ts'
import type { Readiness } from './http/admin-server.ts'
import type { HeldBodies } from './overload/held-bodies.ts'
import { ownFault } from './pipeline/ending.ts'

/** What stands in the way of work is looked for here. */
export type ReadinessDeps = {
  readonly store: Store
  readonly bodies: HeldBodies
  readonly isDraining: () => boolean
}

type Check = Readiness['checks'][string]

/**
 * Whether the signer can do its work: each check by name, and a stable code where it fails. What
 * only an operator can mend and others can still be served beside, as answers that are set aside,
 * is for alerts and not for this.
 */
export async function readinessOf(deps: ReadinessDeps): Promise<Readiness> {
  const draining = deps.isDraining()
  const checks = {
    store: draining ? 'ok' : await storeCheck(deps.store),
    queue: deps.bodies.isFull ? { failed: 'OVERLOADED' } : 'ok',
    draining: draining ? { failed: 'DRAINING' } : 'ok',
  } as const satisfies Record<string, Check>
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks }
}

/** Whether it is the store that was sealed, and takes a durable write now. */
async function storeCheck(store: Store): Promise<Check> {
  try {
    await store.health()
    return 'ok'
  } catch (error) {
    const fault = ownFault(error)
    return { failed: isFault(fault) ? fault.fault.code : 'INTERNAL' }
  }
}
