import type { Handler } from './listener.ts'
import { isLocal } from './loopback.ts'

/** What answers under one method and path. */
export type Route = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** `token`: the route checks its caller itself; `local`: only this machine's callers. */
  readonly access: 'token' | 'local'
  readonly handler: Handler
}

/** One handler of many routes. */
export function createRouter(routes: readonly Route[]): Handler {
  return async (request) => {
    const { pathname } = new URL(request.url)
    const here = routes.filter(({ path }) => path === pathname)
    const route = here.find(({ method }) => method === request.method)
    if (route === undefined) return plain(here.length > 0 ? 405 : 404)
    if (route.access === 'local' && !isAllowed(request)) return plain(403)
    return route.handler(request)
  }
}

/** A page of another site may post a form, but no JSON without asking first. */
function isAllowed(request: Request): boolean {
  if (!isLocal(request)) return false
  if (request.method === 'GET') return true
  return request.headers.get('content-type')?.split(';')[0]?.trim() === 'application/json'
}

function plain(status: number): Response {
  return new Response(null, { status })
}
