import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'
import { signWebhook, WEBHOOKS_SIGNATURE_HEADER } from '@boltwarden/sdk'
import type { Clock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { type Entropy, systemEntropy } from '../../src/entropy.ts'
import { openCurve } from '../../src/keystore/curve.ts'
import type { EventHook } from '../../src/pipeline/pipeline.ts'
import type { Probe } from '../../src/pipeline/probe.ts'
import { type Service, startService } from '../../src/service.ts'
import { quietLogger } from './deps.ts'

export type TestServiceOptions = {
  readonly seedHex: string
  readonly network?: Network
  readonly webhookSecret: string
  readonly platformUrl?: string
  readonly nonces?: readonly Uint8Array[]
  readonly webhook?: Partial<Config['webhook']>
  /** The text of a policy file. */
  readonly policy?: string
  readonly outbox?: Partial<Config['outbox']>
  readonly probe?: Probe
  /** The text of more tables of the configuration. */
  readonly config?: string
  readonly respondDirectly?: boolean
  readonly onOtherEvent?: EventHook
  /** To start again on what was left behind. */
  readonly folder?: string
}

/** What opens the admin API of every test service. */
export const adminToken: string = 'canary-admin-token-'.padEnd(43, 'x')

/** A signer in this process, on real ports and a real SQLite file. */
export async function startTestService(options: TestServiceOptions) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'boltwarden-service-'))
  const put = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
    return join(folder, name)
  }
  const secretFile = put('webhook-secret', options.webhookSecret)
  const apiSecretFile = put('api-secret', 'the-api-secret')
  const policyFile = options.policy === undefined ? undefined : put('policy.toml', options.policy)
  const tokenFile = put('admin-token', `tester ${adminToken}\n`)
  const lines: string[] = []
  let nowMs = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() }
  const config = testServiceConfig(options, folder, {
    secretFile,
    apiSecretFile,
    policyFile,
    tokenFile,
  })
  const secp256k1 = await openCurve('auto')
  const keychain = Keychain.fromSeed(hexToBytes(options.seedHex), { secp256k1 })
  const service = await startService(config, {
    keychain,
    clock,
    entropy: entropyOf(options.nonces ?? []),
    logger: quietLogger(lines),
    ...(options.probe !== undefined && { probe: options.probe }),
    ...(options.onOtherEvent !== undefined && { onOtherEvent: options.onOtherEvent }),
  })
  return {
    service,
    keychain,
    config,
    folder,
    lines,
    policyFile,
    setNow: (ms: number) => {
      nowMs = ms
    },
    post: (body: string, signature = sign(body, options.webhookSecret)) =>
      postEvent(service, body, signature),
    admin: (method: string, path: string, body?: object) =>
      fetch(`${service.adminUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function testServiceConfig(
  options: TestServiceOptions,
  folder: string,
  files: {
    secretFile: string
    apiSecretFile: string
    policyFile: string | undefined
    tokenFile: string
  },
): Config {
  const { secretFile, apiSecretFile, policyFile, tokenFile } = files
  const answer = options.respondDirectly === true ? 'respond-directly' : 'mutation'
  const base = parseConfig(
    `network = "${options.network ?? 'REGTEST'}"
[webhook]
port = 0
secret_files = ["${secretFile}"]
[admin]
port = 0
token_file = "${tokenFile}"
[store]
file = "${join(folder, 'data', 'state.sqlite')}"
seal_file = "${join(folder, 'seal', 'state.seal')}"
[platform]
answer = "${answer}"
base_url = "${options.platformUrl ?? 'http://127.0.0.1:1'}"
api_client_id = "client"
api_client_secret_file = "${apiSecretFile}"
${policyFile === undefined ? '' : `[policy]\nfile = "${policyFile}"`}
${options.config ?? ''}
`,
    'test',
  )
  return {
    ...base,
    webhook: { ...base.webhook, ...options.webhook },
    outbox: { ...base.outbox, poll_ms: 20, backoff_ms: 20, max_backoff_ms: 200, ...options.outbox },
  }
}

/** Gives the recorded nonces in their order; anything else is random. */
function entropyOf(nonces: readonly Uint8Array[]): Entropy {
  const left = [...nonces]
  return {
    bytes: (length) => (length === 32 ? left.shift() : undefined) ?? systemEntropy.bytes(length),
  }
}

/** Signs a body as the platform does. */
export function sign(body: string, secret: string): string {
  return signWebhook(new TextEncoder().encode(body), secret)
}

/** Posts a body with a signature. */
export function postEvent(
  { webhookUrl }: Pick<Service, 'webhookUrl'>,
  body: string,
  signature: string,
): Promise<Response> {
  return fetch(webhookUrl, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', [WEBHOOKS_SIGNATURE_HEADER]: signature },
  })
}
