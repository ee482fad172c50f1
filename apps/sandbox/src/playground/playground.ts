import type { DemoSet } from '../demo/set.ts'
import { type Listener, listen } from '../http/listener.ts'
import { pageResponse } from '../http/page.ts'
import { createRouter, type Route } from '../http/routes.ts'
import { carryOut, type Order, readOrder } from './acts.ts'
import { playgroundPage } from './page.ts'
import { type Note, type View, viewOf } from './view.ts'

const remembered = 50
const usualPort = 8070

/**
 * Serves the page on this machine only, and does what its buttons ask: one thing at a time.
 *
 * @param port - the usual one where nothing is said; where that is taken, or for 0, a free one.
 */
export async function openPlayground(set: DemoSet, port = usualPort): Promise<Listener> {
  const router = createRouter(routesOf(set))
  const at = (wanted: number) => listen(router, { host: '127.0.0.1', port: wanted })
  return at(port).catch((error: unknown) => {
    if (port === 0) throw error
    return at(0)
  })
}

function routesOf(set: DemoSet): readonly Route[] {
  const state: { busy: string | null; made: number; notes: readonly Note[] } = {
    busy: null,
    made: 0,
    notes: [],
  }
  const note = (ok: boolean, text: string): Note => {
    state.made += 1
    const made = { sequence: state.made, ok, text }
    state.notes = [made, ...state.notes].slice(0, remembered)
    return made
  }
  const view = (): View => ({
    busy: state.busy,
    notes: state.notes,
    ...viewOf(set, [set.stage.alice(), set.stage.bob, set.mallory]),
  })
  const obey = async (order: Order): Promise<Note> => {
    state.busy = order.act
    try {
      return note(true, await carryOut(set, order))
    } catch (error) {
      return note(false, error instanceof Error ? firstLine(error.message) : 'it failed')
    } finally {
      state.busy = null
    }
  }
  return [
    { method: 'GET', path: '/', access: 'local', handler: () => pageResponse(playgroundPage) },
    { method: 'GET', path: '/view.json', access: 'local', handler: () => Response.json(view()) },
    {
      method: 'POST',
      path: '/act',
      access: 'local',
      handler: async (request) => {
        const order = readOrder(await request.json().catch(() => undefined))
        if (order === undefined) return Response.json({ error: 'no such act' }, { status: 400 })
        if (state.busy !== null) {
          return Response.json({ error: `busy: ${state.busy}` }, { status: 409 })
        }
        return Response.json(await obey(order))
      },
    },
  ]
}

/** What nodes have noted down follows on further lines. */
function firstLine(text: string): string {
  return text.split('\n', 1).join('')
}
