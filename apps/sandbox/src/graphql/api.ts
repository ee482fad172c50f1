import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createSchema, createYoga } from 'graphql-yoga'
import type { Handler } from '../http/listener.ts'
import type { Platform } from '../platform/platform.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'
import { apiVersion } from '../webhook/envelope.ts'
import { type Credentials, isAuthorized } from './authorization.ts'
import { customerEntitiesSdl } from './customer-entities-sdl.ts'
import { customerSdl } from './customer-sdl.ts'
import { readGraphqlBody } from './request-body.ts'
import { createResolvers } from './resolvers.ts'
import { scalars } from './scalars.ts'

/** The path of the API below its base URL, as the SDKs ask for it. */
export const graphqlPath = `/graphql/server/${apiVersion}`

const typeDefs = () =>
  readFileSync(createRequire(import.meta.url).resolve('@boltwarden/sdk/schema.graphql'), 'utf8')

/**
 * The platform's GraphQL API over HTTP: the SDL of the SDK, Basic authorisation, bodies that may
 * be compressed.
 */
export function createApi(
  { platform, dispatcher }: { readonly platform: Platform; readonly dispatcher: Dispatcher },
  credentials: Credentials,
): Handler {
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: [typeDefs(), customerSdl, customerEntitiesSdl],
      resolvers: [createResolvers(platform, dispatcher), scalars],
    }),
    graphqlEndpoint: graphqlPath,
    // What the official client adds where it signs a request that moves money.
    extraParamNames: ['nonce', 'expires_at'],
    graphiql: false,
    landingPage: false,
    logging: false,
    // The SDL is public; a message of the schema itself tells a developer what is wrong.
    maskedErrors: { isDev: false },
  })
  return async (request) => {
    if (!isAuthorized(request.headers.get('authorization'), credentials)) {
      return refuse(401, 'UNAUTHORIZED', 'invalid credentials')
    }
    const body = await readGraphqlBody(request)
    if (!body.ok) return refuse(400, 'INVALID_REQUEST', body.error)
    const headers = new Headers(request.headers)
    headers.delete('content-encoding')
    headers.delete('content-length')
    const { method } = request
    return yoga.fetch(new Request(request.url, { method, headers, body: body.value }))
  }
}

function refuse(status: number, errorName: string, message: string): Response {
  const headers = status === 401 ? { 'www-authenticate': 'Basic' } : {}
  const errors = [{ message, extensions: { error_name: errorName } }]
  return Response.json({ errors }, { status, headers })
}
