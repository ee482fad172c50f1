import type { AdminRoute } from '../http/admin-route.ts'
import { termsSchema } from './intent-terms.ts'
import type { IntentRegister } from './intents.ts'
import { readBody } from './read-body.ts'

/** Registering payments and withdrawals before they are made. */
export function intentRoutes(intents: IntentRegister): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      url: '/intents',
      act: async () => ({ status: 200, body: { intents: await intents.list() } }),
    },
    {
      method: 'POST',
      url: '/intents',
      act: async ({ who, body }) => {
        const added = await intents.add(who, readBody(termsSchema, body))
        return { status: added.created ? 201 : 200, body: added }
      },
    },
    {
      method: 'GET',
      url: '/intents/:id',
      act: async ({ params }) => ({ status: 200, body: await intents.get(params['id'] ?? '') }),
    },
    {
      method: 'DELETE',
      url: '/intents/:id',
      act: async ({ who, params }) => {
        return { status: 200, body: await intents.revoke(who, params['id'] ?? '') }
      },
    },
  ]
}
