import type { Handler } from '../http/listener.ts'
import type { Route } from '../http/routes.ts'
import { PairingError, parsePairing } from '../pairing/pairing.ts'
import type { Platform } from '../platform/platform.ts'
import { walk, walkChannels } from '../walk/walk.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'
import { isSubEventType, subEventTypes } from '../webhook/envelope.ts'
import { testEvent } from '../webhook/test-event.ts'
import { ndjson } from './ndjson.ts'

/** What drives a running sandbox from this machine: walks and test events. */
export function controlRoutes(platform: Platform, dispatcher: Dispatcher): readonly Route[] {
  const post = (path: string, handler: Handler): Route => {
    return { method: 'POST', path, access: 'local', handler }
  }
  return [
    post('/sandbox/walk', async (request) => {
      try {
        const { pairing, seed } = await readWalk(request)
        return ndjson(request.signal, (signal, write) =>
          walk(
            { platform, dispatcher, pairing },
            { signal, ...(seed && { seed }), onStep: (step) => write({ step }) },
          ).then((report) => write({ report })),
        )
      } catch (error) {
        return refusal(error)
      }
    }),
    post('/sandbox/test-event', async (request) => {
      const type = field(await readJson(request), 'sub_event_type')
      if (!isSubEventType(type)) {
        return refusal(new PairingError(`sub_event_type: expected ${subEventTypes.join(', ')}`))
      }
      const event = testEvent(platform, type)
      return Response.json(await dispatcher.deliver(event, { retries: false }))
    }),
  ]
}

async function readWalk(request: Request) {
  const body = await readJson(request)
  const seed = field(body, 'seed')
  const pairing = parsePairing(field(body, 'pairing'))
  walkChannels(pairing)
  return {
    pairing,
    seed: typeof seed === 'string' ? new TextEncoder().encode(seed) : undefined,
  }
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json()
  } catch {
    return undefined
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

function refusal(error: unknown): Response {
  if (!(error instanceof PairingError)) throw error
  return Response.json({ error: error.message }, { status: 400 })
}
