import { controlRoutes } from './control/routes.ts'
import { type Environment, machine } from './environment.ts'
import { createApi, graphqlPath } from './graphql/api.ts'
import type { Credentials } from './graphql/authorization.ts'
import { listen } from './http/listener.ts'
import { pageResponse } from './http/page.ts'
import { createRouter } from './http/routes.ts'
import { inspectorPage } from './inspector/page.ts'
import { takeSnapshot } from './inspector/snapshot.ts'
import { noStore, openEntityStore } from './platform/entity-folder.ts'
import { createPlatform, type Platform } from './platform/platform.ts'
import { createDispatcher, type Dispatcher, type DispatcherOptions } from './webhook/dispatcher.ts'

export type SandboxOptions = {
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly credentials: Credentials
  readonly webhookUrl: string
  readonly webhookSecret: string
  readonly environment?: Environment
  /** Keeps the platform's entities; without it they end with the process. */
  readonly folder?: string
  /** Pauses before retries, in milliseconds. */
  readonly retrySchedule?: readonly number[]
  readonly callTimeoutMs?: number
  /** Told each state of each delivery. */
  readonly onDelivery?: DispatcherOptions['onDelivery']
}

/** A running sandbox. */
export type Sandbox = {
  /** The base URL: the API, the inspector and the control API are below it. */
  readonly url: string
  readonly platform: Platform
  readonly dispatcher: Dispatcher
  readonly close: () => Promise<void>
}

/**
 * Starts a local platform: API, webhook dispatcher and inspector.
 *
 * @example
 * ```ts
 * import { startSandbox } from '@boltwarden/sandbox'
 * const sandbox = await startSandbox({
 *   credentials: { clientId: 'client', clientSecret: 'secret' },
 *   webhookUrl: 'http://127.0.0.1:8080/webhook',
 *   webhookSecret: 'webhook-secret',
 * })
 * await sandbox.close()
 * ```
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const environment = options.environment ?? machine
  const store = options.folder === undefined ? noStore : openEntityStore(options.folder)
  const platform = createPlatform(environment, store)
  const dispatcher = createDispatcher({
    url: options.webhookUrl,
    secret: options.webhookSecret,
    environment,
    ...(options.retrySchedule && { schedule: options.retrySchedule }),
    ...(options.callTimeoutMs && { timeoutMs: options.callTimeoutMs }),
    ...(options.onDelivery && { onDelivery: options.onDelivery }),
  })
  const api = createApi({ platform, dispatcher }, options.credentials)
  const router = createRouter([
    { method: 'POST', path: graphqlPath, access: 'token', handler: api },
    { method: 'GET', path: '/', access: 'local', handler: () => pageResponse(inspectorPage) },
    {
      method: 'GET',
      path: '/inspector.json',
      access: 'local',
      handler: () => Response.json(takeSnapshot(platform, dispatcher)),
    },
    ...controlRoutes(platform, dispatcher),
  ])
  const listener = await listen(router, {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
  })
  return {
    url: listener.url,
    platform,
    dispatcher,
    close: async () => {
      dispatcher.close()
      await listener.close()
    },
  }
}
