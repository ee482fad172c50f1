import { eventId } from '@boltwarden/core/ids'
import type { AdminRoute } from '../http/admin-route.ts'
import type { OutboxRegister } from './outbox.ts'

/** What the platform has not accepted, and what an operator does about it. */
export function outboxRoutes(outbox: OutboxRegister): readonly AdminRoute[] {
  const named = (params: Readonly<Record<string, string>>) => eventId(params['event'] ?? '')
  return [
    {
      method: 'GET',
      url: '/outbox',
      act: async () => ({ status: 200, body: { answers: await outbox.list() } }),
    },
    {
      method: 'POST',
      url: '/outbox/:event/retry',
      act: async ({ who, params }) => {
        return { status: 200, body: await outbox.retry(who, named(params)) }
      },
    },
    {
      method: 'DELETE',
      url: '/outbox/:event',
      act: async ({ who, params }) => {
        return { status: 200, body: await outbox.drop(who, named(params)) }
      },
    },
  ]
}
