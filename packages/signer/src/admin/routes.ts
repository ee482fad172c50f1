import type { AdminRoute } from '../http/admin-route.ts'
import type { PolicyInForce } from '../policy-file/policy-in-force.ts'
import { channelRoutes } from './channel-routes.ts'
import { ChannelRegister } from './channels.ts'
import { intentRoutes } from './intent-routes.ts'
import { type IntentDeps, IntentRegister } from './intents.ts'
import { OutboxRegister } from './outbox.ts'
import { outboxRoutes } from './outbox-routes.ts'
import { policyRoutes } from './policy-routes.ts'

/** What the routes work with. */
export type AdminDeps = IntentDeps & { readonly policy: PolicyInForce }

/** Everything that an operator may ask of a running signer. */
export function adminRoutes(deps: AdminDeps): readonly AdminRoute[] {
  return [
    ...policyRoutes(deps.policy),
    ...intentRoutes(new IntentRegister(deps)),
    ...channelRoutes(new ChannelRegister(deps)),
    ...outboxRoutes(new OutboxRegister(deps)),
  ]
}
