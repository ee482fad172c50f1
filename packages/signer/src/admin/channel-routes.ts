import { SignerFault } from '../fault.ts'
import type { AdminRoute } from '../http/admin-route.ts'
import { adoptionSchema, type ChannelRegister } from './channels.ts'
import { readBody } from './read-body.ts'

/** What is known of channels, and letting one in that was opened elsewhere. */
export function channelRoutes(channels: ChannelRegister): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      url: '/channels',
      act: async () => ({ status: 200, body: { channels: await channels.list() } }),
    },
    {
      method: 'GET',
      url: '/channels/:channel',
      act: async ({ params }) => {
        return { status: 200, body: await channels.get(channelNumber(params['channel'])) }
      },
    },
    {
      method: 'POST',
      url: '/channels/adopt',
      act: async ({ who, body }) => {
        const told = await channels.adopt(who, readBody(adoptionSchema, body))
        return { status: told.adopted ? 201 : 200, body: told }
      },
    },
  ]
}

function channelNumber(text = ''): number {
  if (/^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 31) return Number(text)
  throw new SignerFault({ code: 'ADMIN_MALFORMED', path: 'channel', expected: 'n of m/3/n' })
}
