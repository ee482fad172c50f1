import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { type MutationSender, RemoteSigningWebhookHandler } from '@boltwarden/sdk'
import {
  createLogger,
  loadConfig,
  startService,
  systemClock,
  systemEntropy,
} from '@boltwarden/signer'
import {
  type LightsparkClient,
  RemoteSigningWebhookHandler as OfficialHandler,
} from '@lightsparkdev/lightspark-sdk'
import type { Call, Workload } from './workload.ts'

/** Takes a webhook and gives the variables of the mutation as JSON with sorted keys; '' for none. */
export type Answerer = {
  readonly name: string
  readonly answer: (call: Call) => Promise<string>
  readonly close: () => Promise<void>
}

/** Whose signer it is. */
export type Owner = Pick<Workload, 'seed' | 'webhookSecret'>

const yes = { should_sign: () => true }

/** The official SDK's handler, with a client that keeps the variables instead of sending them. */
export function officialAnswerer({ seed, webhookSecret }: Workload): Answerer {
  let variables: unknown
  const client: Pick<LightsparkClient, 'executeRawQuery'> = {
    executeRawQuery: async (query) => {
      variables = query.variables
      return null
    },
  }
  // The handler uses nothing else of its client.
  const handler = new OfficialHandler(client as LightsparkClient, seed, yes)
  return {
    name: 'official SDK',
    async answer({ body, signature }) {
      variables = undefined
      await handler.handleWebhookRequest(body, signature, webhookSecret)
      return canonical(variables)
    },
    close: async () => {},
  }
}

/** Our SDK's handler, as blind as the official one, with such a client too. */
export function sdkAnswerer({ seed, webhookSecret }: Workload): Answerer {
  let variables: unknown
  const client: MutationSender = {
    send: async (mutation) => {
      variables = mutation.variables
      return []
    },
  }
  const handler = new RemoteSigningWebhookHandler(client, seed, yes)
  return {
    name: 'boltwarden SDK',
    async answer({ body, signature }) {
      variables = undefined
      await handler.handleWebhookRequest(body, signature, webhookSecret)
      return canonical(variables)
    },
    close: async () => handler.dispose(),
  }
}

/** The signer without its HTTP: every rule, and a durable commit for every event. */
export async function signerAnswerer(workload: Workload, past: readonly Call[]): Promise<Answerer> {
  const signer = await openSigner('boltwarden signer', workload)
  for (const call of past) await signer.answer(call)
  return signer
}

/**
 * A service of its own, which replies with the mutation's variables.
 *
 * @param fill - writes the store's file before the service opens it.
 */
export async function openSigner(
  name: string,
  workload: Owner,
  fill?: (path: string, keychain: Keychain) => Promise<void>,
): Promise<Answerer> {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-bench-'))
  const config = loadConfig(writeConfig(folder, workload, 'answer = "respond-directly"'))
  const secp256k1 = await loadSecp256k1('auto')
  const keychain = Keychain.fromSeed(workload.seed, { secp256k1 })
  if (fill !== undefined) {
    mkdirSync(dirname(config.store.file), { mode: 0o700 })
    await fill(config.store.file, keychain)
  }
  const service = await startService(config, {
    keychain,
    clock: systemClock,
    entropy: systemEntropy,
    logger: createLogger({ level: 'fatal' }, { clock: systemClock, target: process.stderr }),
  })
  return {
    name,
    async answer({ body, signature }) {
      const { status, body: variables } = await service.receive({ body, signature })
      if (status !== 200 && status !== 204)
        throw new Error(`status ${status}: ${canonical(variables)}`)
      return canonical(variables)
    },
    async close() {
      await service.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Writes a configuration with the workload's webhook secret into a folder; gives its path. */
export function writeConfig(
  folder: string,
  workload: Owner,
  platform: string,
  logLevel: 'info' | 'warn' = 'warn',
  store = 'file = "data/store.sqlite"',
): string {
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  put('webhook-secret', workload.webhookSecret)
  put('api-secret', 'bench')
  // In the recording the wallet signs before commitment 0. And our nonces are not the recorded
  // ones, so no recorded HTLC has their hashes.
  put(
    'policy.toml',
    '[onchain]\nunlinked_funding_max_sats = 10000000\n[rules]\npolicy-lightspark-preimage-htlc = "warn"\n',
  )
  return put(
    'boltwarden.toml',
    `network = "REGTEST"
[webhook]
port = 0
secret_files = ["webhook-secret"]
[admin]
port = 0
[store]
${store}
[policy]
file = "policy.toml"
[platform]
${platform}
[log]
level = "${logLevel}"
`,
  )
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  if (value === undefined) return ''
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
