import { fastify } from 'fastify'
import type { Config } from '../config/schema.ts'
import { SignerFault, systemReason } from '../fault.ts'
import type { Metrics } from '../metrics.ts'
import { addGuardedRoutes, type Guard } from './admin-guard.ts'
import type { AdminRoute } from './admin-route.ts'
import { addressOf } from './webhook-server.ts'

/** Whether the signer can do its work, and what stands in the way. */
export type Readiness = {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, 'ok' | { readonly failed: string }>>
}

export type AdminServerDeps = {
  readonly metrics: Metrics
  readonly readiness: () => Promise<Readiness>
  /** What needs a token. Without one configured, these routes do not exist. */
  readonly control?: { readonly guard: Guard; readonly routes: readonly AdminRoute[] }
}

/** The listener for the operator's own machines. */
export type AdminServer = { readonly url: string; close(): Promise<void> }

/**
 * Starts the admin listener: `/livez`, `/readyz`, `/metrics`, and behind a token what an operator
 * may ask of a running signer. It is not meant for strangers: it listens apart from the webhook.
 *
 * @throws {SignerFault} `LISTEN_FAILED`.
 */
export async function startAdminServer(
  options: Config['admin'],
  deps: AdminServerDeps,
): Promise<AdminServer> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: maxBodyBytes })
  app.get('/livez', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request, reply) => {
    const readiness = await deps.readiness()
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await deps.metrics.text()
    return reply.type(contentType).send(body)
  })
  if (deps.control !== undefined) addGuardedRoutes(app, deps.control.routes, deps.control.guard)
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send())
  app.setErrorHandler(async (_error, _request, reply) => reply.code(500).send({ code: 'INTERNAL' }))
  const { host, port } = options
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const address = `${host}:${port}`
    throw new SignerFault(
      { code: 'LISTEN_FAILED', address, reason: systemReason(cause) },
      { cause },
    )
  }
  return { url: addressOf(app.server), close: () => app.close() }
}

/** The longest invoice has 8,192 characters. */
const maxBodyBytes = 16_384
