import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { inflateSync } from 'node:zlib'
import { buildSchema, graphql } from 'graphql'

export const schema = buildSchema(
  readFileSync(new URL('../graphql/schema.graphql', import.meta.url), 'utf8'),
)

type Received = {
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly operationName: string
  readonly variables: { readonly preimage_nonce?: string }
}

/** Replies in the platform's place. */
export type Reply = (response: ServerResponse) => void

type Ids = { readonly id: string }
type Inputs = {
  readonly invoice_id: string
  readonly channel_id: string
  readonly node_id: string
  readonly signatures: readonly Ids[]
  readonly payload_ids: readonly string[]
}
const invoice = ({ input }: { input: Inputs }) => ({ invoice: { id: input.invoice_id } })
const channel = ({ input }: { input: Inputs }) => ({ channel: { id: input.channel_id } })

/** Accepts every mutation that fits the schema, and names what it touched. */
const root = {
  current_account: { id: 'Account:1', name: 'Test' },
  entity: ({ id }: Ids) => ({ __typename: 'SignablePayload', id, status: 'SIGNED' }),
  sign_messages: ({ input }: { input: Inputs }) => ({ signed_payloads: input.signatures }),
  decline_to_sign_messages: ({ input }: { input: Inputs }) => ({
    declined_payloads: input.payload_ids.map((id) => ({ id })),
  }),
  set_invoice_payment_hash: invoice,
  release_payment_preimage: invoice,
  sign_invoice: invoice,
  release_channel_per_commitment_secret: channel,
  update_channel_per_commitment_point: channel,
  update_node_shared_secret: ({ input }: { input: Inputs }) => ({
    node: { __typename: 'LightsparkNodeWithRemoteSigning', id: input.node_id },
  }),
}

export type Platform = {
  readonly url: string
  /** Everything that arrived, in order. */
  readonly received: Received[]
  /** What is replied first; then every mutation is accepted. */
  readonly script: Reply[]
  /** How many connections were opened. */
  connections(): number
  close(): Promise<void>
}

/** A GraphQL endpoint over real HTTP on a free port of this machine. */
export async function startPlatform(): Promise<Platform> {
  const received: Received[] = []
  const script: Reply[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks)
    const { url, headers } = request
    const text = headers['content-encoding'] === 'deflate' ? inflateSync(raw) : raw
    const { query, variables, operationName } = JSON.parse(text.toString())
    received.push({ url, headers, operationName, variables })
    const scripted = script.shift()
    if (scripted !== undefined) return scripted(response)
    const result = await graphql({
      schema,
      source: query,
      rootValue: root,
      variableValues: variables,
      operationName,
    })
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
  })
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    script,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Replies with a status and a JSON body. */
export function reply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
}
