import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { inflateSync } from 'node:zlib'
import { addressOf } from '../../src/http/webhook-server.ts'

/** A mutation that the platform took. */
export type Call = {
  readonly operation: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly authorization: string | undefined
}

/** What each mutation returns. */
const outputs: Readonly<Record<string, object>> = {
  SignMessages: { sign_messages: { signed_payloads: [] } },
  DeclineToSignMessages: { decline_to_sign_messages: { declined_payloads: [] } },
  SetInvoicePaymentHash: { set_invoice_payment_hash: { invoice: { id: 'Invoice:1' } } },
  ReleasePaymentPreimage: { release_payment_preimage: { invoice: { id: 'Invoice:1' } } },
  ReleaseChannelPerCommitmentSecret: {
    release_channel_per_commitment_secret: { channel: { id: 'Channel:1' } },
  },
  UpdateChannelPerCommitmentPoint: {
    update_channel_per_commitment_point: { channel: { id: 'Channel:1' } },
  },
  SignInvoice: { sign_invoice: { invoice: { id: 'Invoice:1' } } },
  UpdateNodeSharedSecret: { update_node_shared_secret: { node: { id: 'node:1' } } },
}

/** Decides the reply to a call; by default it is taken. */
export type Answer = (call: Call, response: ServerResponse) => void | Promise<void>

/** A GraphQL endpoint on a real port that keeps what it is sent. */
export async function startPlatform(answer: Answer = accept) {
  const calls: Call[] = []
  const waiting = new Set<() => void>()
  let current = answer
  const server = createServer((request, response) => {
    void take(request).then(async (call) => {
      calls.push(call)
      response.once('close', () => {
        for (const look of [...waiting]) look()
      })
      await current(call, response)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: addressOf(server),
    calls,
    /** Resolves once `holds` does; looked at after each reply. */
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!holds()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    answerWith: (next: Answer) => {
      current = next
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Takes a mutation as the platform does. */
export function accept(call: Call, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json')
  const data = outputs[call.operation] ?? { current_account: { id: 'Account:1', name: 'test' } }
  response.end(JSON.stringify({ data }))
}

async function take(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  const text = request.headers['content-encoding'] === 'deflate' ? inflateSync(raw) : raw
  if (text.length === 0) return { operation: '', variables: {}, authorization: undefined }
  const { operationName, variables } = JSON.parse(text.toString())
  return { operation: operationName, variables, authorization: request.headers.authorization }
}
