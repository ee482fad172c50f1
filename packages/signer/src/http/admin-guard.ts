import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isFault, SignerFault, systemReason } from '../fault.ts'
import { faultTable } from '../fault-table.ts'
import { errorFacts, type Logger } from '../logging.ts'
import { ownFault } from '../pipeline/ending.ts'
import type { AdminRoute } from './admin-route.ts'
import type { AdminTokens } from './admin-tokens.ts'

/** What guards the routes that change things or tell more than strangers may know. */
export type Guard = {
  readonly tokens: AdminTokens
  /** Names by which the listener may be called, besides `localhost` and every IP address. */
  readonly allowedHosts: readonly string[]
  readonly logger: Logger
}

/**
 * Adds routes that need a bearer token. A browser cannot be made to call them: there are no
 * cookies, the token is a header that a form cannot set, bodies are JSON only, and a page that
 * points its own name at this machine is told by the `Host` header.
 */
export function addGuardedRoutes(
  app: FastifyInstance,
  routes: readonly AdminRoute[],
  guard: Guard,
): void {
  app.register((plugin, _options, done) => {
    plugin.removeAllContentTypeParsers()
    plugin.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      (_request, text, read) => {
        read(null, text)
      },
    )
    plugin.setErrorHandler(async (error, _request, reply) => sendFault(reply, error, guard))
    for (const { method, url, act } of routes) {
      plugin.route({
        method,
        url,
        onRequest: async (request) => admit(request, guard),
        handler: async (request, reply) => {
          const { status, body } = await act({
            who: whoOf(request, guard),
            params: textValues(request.params),
            query: Object(request.query),
            body: jsonOf(request),
          })
          return reply.code(status).header('cache-control', 'no-store').send(body)
        },
      })
    }
    done()
  })
}

/** Before anything is read of the body. */
async function admit(request: FastifyRequest, guard: Guard): Promise<void> {
  if (!isAllowedHost(request.headers.host, guard.allowedHosts)) {
    throw new SignerFault({ code: 'ADMIN_WRONG_HOST' })
  }
  whoOf(request, guard)
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')
  if (request.method === 'POST' && !isJson) {
    throw malformed('header content-type', 'application/json')
  }
}

function whoOf({ headers }: FastifyRequest, { tokens }: Guard): string {
  const who = tokens.nameOf(headers.authorization)
  if (who === undefined) throw new SignerFault({ code: 'ADMIN_UNAUTHENTICATED' })
  return who
}

/** An address cannot be pointed elsewhere by a stranger's name server; a name can. */
function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  const host = /^(\[[0-9a-fA-F:.]+\]|[^:]+)(?::[0-9]{1,5})?$/.exec(header ?? '')?.[1]?.toLowerCase()
  if (host === undefined) return false
  if (host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return true
  return allowed.some((name) => name.toLowerCase() === host)
}

function jsonOf({ body }: FastifyRequest): unknown {
  if (typeof body !== 'string' || body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    throw malformed('', 'JSON')
  }
}

function textValues(params: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(Object(params)).map(([name, value]) => [name, String(value)]),
  )
}

/** A call that cannot be understood. */
export function malformed(path: string, expected: string): SignerFault {
  return new SignerFault({ code: 'ADMIN_MALFORMED', path, expected })
}

/** The same object that `--json` shows of an error, so that a program reads one form. */
function sendFault(reply: FastifyReply, error: unknown, { logger }: Guard): FastifyReply {
  const fault = fromFastify(ownFault(error))
  if (!isFault(fault)) {
    logger.error({ error: errorFacts(fault) }, 'admin call failed')
    return reply.code(500).send({ error: { code: 'INTERNAL' } })
  }
  const { status = 422, fix } = faultTable[fault.fault.code]
  if (status === 401) {
    logger.warn({ code: fault.code }, 'admin call refused')
    reply.header('www-authenticate', 'Bearer')
  }
  const { code, message } = fault
  return reply.code(status).send({ error: { code, message, fix, fault: fault.fault } })
}

function fromFastify(error: unknown): unknown {
  const reason = systemReason(error)
  if (reason === 'FST_ERR_CTP_BODY_TOO_LARGE') return malformed('', 'a smaller body')
  return reason.startsWith('FST_ERR_CTP_') ? malformed('', 'a whole body of JSON') : error
}
