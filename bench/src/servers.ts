import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { inflateSync } from 'node:zlib'
import { canonical, writeConfig } from './contestants.ts'
import type { Workload } from './workload.ts'

/** The platform's API as far as mutations need it: takes them and keeps the last ones' variables. */
export type Platform = {
  readonly url: string
  /** The variables that came since the last call, in the order of arrival. */
  readonly take: () => readonly string[]
  readonly close: () => void
}

/** What a mutation returns, as far as both clients look at it: any entity with an id. */
const outputs: ReadonlyMap<string, object> = new Map([
  ['SignMessages', { sign_messages: { signed_payloads: [] } }],
  ['DeclineToSignMessages', { decline_to_sign_messages: { declined_payloads: [] } }],
  ['SetInvoicePaymentHash', { set_invoice_payment_hash: { invoice: { id: 'Invoice:1' } } }],
  ['ReleasePaymentPreimage', { release_payment_preimage: { invoice: { id: 'Invoice:1' } } }],
  [
    'ReleaseChannelPerCommitmentSecret',
    { release_channel_per_commitment_secret: { channel: { id: 'Channel:1' } } },
  ],
  [
    'UpdateChannelPerCommitmentPoint',
    { update_channel_per_commitment_point: { channel: { id: 'Channel:1' } } },
  ],
])

/** Starts the platform's API on a free port. */
export async function startPlatform(): Promise<Platform> {
  let taken: string[] = []
  const server = createServer(async (request, response) => {
    const raw = await buffer(request)
    const text = request.headers['content-encoding'] === 'deflate' ? inflateSync(raw) : raw
    const { operationName, variables } = JSON.parse(text.toString())
    taken.push(canonical(variables))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: outputs.get(operationName) ?? null }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the platform has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    take() {
      const all = taken
      taken = []
      return all
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A signer in a process of its own. */
export type Signer = { readonly name: string; readonly url: string; readonly close: () => void }

/** Starts the official handler's server. */
export async function startOfficial(workload: Workload, platform: Platform): Promise<Signer> {
  const child = fork(join(import.meta.dirname, 'official-server.js'))
  const { webhookSecret } = workload
  const seedHex = Buffer.from(workload.seed).toString('hex')
  child.send({ seedHex, webhookSecret, baseUrl: platform.url })
  const [url] = await once(child, 'message')
  return { name: 'official SDK', url: String(url), close: () => child.kill() }
}

/**
 * Starts `boltwarden serve`, every rule on. The seed is a recorded, worthless one.
 *
 * @param prepare - fills its new folder, and says what stands in `[store]` where it is no empty file.
 */
export async function startBoltwarden(
  workload: Workload,
  platform: Platform,
  prepare: (folder: string) => string | undefined = () => undefined,
): Promise<Signer> {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-bench-'))
  const lines = ['answer = "mutation"', `base_url = "${platform.url}"`, 'api_client_id = "bench"']
  lines.push('api_client_secret_file = "api-secret"')
  // The ready line, which holds the port, is logged at info.
  const config = writeConfig(folder, workload, lines.join('\n'), 'info', prepare(folder))
  const main = join(import.meta.dirname, '../../packages/signer/dist/cli/main.js')
  const child = spawn(
    process.execPath,
    [main, 'serve', '--config', config, '--insecure-seed-from-env'],
    {
      env: { ...process.env, BOLTWARDEN_SEED_HEX: Buffer.from(workload.seed).toString('hex') },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const url = await readyUrl(createInterface({ input: child.stdout }))
  // Read on, so that the log never blocks.
  child.stdout.resume()
  const close = () => {
    child.kill()
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  }
  return { name: 'boltwarden signer', url, close }
}

async function readyUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const { message, webhook: url } = JSON.parse(line)
    if (message === 'ready' && typeof url === 'string') return url
  }
  throw new Error('boltwarden serve ended before it was ready')
}
