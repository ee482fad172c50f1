import type { AdminRoute } from '../http/admin-route.ts'
import type { PolicyInForce } from '../policy-file/policy-in-force.ts'

/** The policy in force, and its reload. */
export function policyRoutes(policy: PolicyInForce): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      url: '/policy',
      act: () => {
        const { hash, file } = policy.current
        return { status: 200, body: { hash, policy: file } }
      },
    },
    {
      method: 'POST',
      url: '/policy/reload',
      act: async ({ who }) => ({ status: 200, body: await policy.reload({ who }) }),
    },
  ]
}
