import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { createStore, type Store } from '@boltwarden/store'
import { openSqlite } from '@boltwarden/store/sqlite'
import { noCapture } from '../../src/capture/capture.ts'
import type { Clock } from '../../src/clock.ts'
import { systemEntropy } from '../../src/entropy.ts'
import { startWebhookServer } from '../../src/http/webhook-server.ts'
import { openCurve } from '../../src/keystore/curve.ts'
import { HeldBodies } from '../../src/overload/held-bodies.ts'
import { type RoomLimits, WaitingRoom } from '../../src/overload/waiting-room.ts'
import type { AnswerRoute } from '../../src/pipeline/deliver.ts'
import { createPipeline } from '../../src/pipeline/pipeline.ts'
import { RevealWatch } from '../../src/pipeline/reveal-watch.ts'
import { Turnstile } from '../../src/pipeline/turnstile.ts'
import { parsePolicy } from '../../src/policy-file/load.ts'
import { WebhookSecrets } from '../../src/webhook-secrets.ts'
import { quietLogger, testMetrics, webhookOptions } from './deps.ts'

export type TestPipelineOptions = {
  readonly clock: Clock
  readonly route?: AnswerRoute
  readonly limits?: Partial<RoomLimits>
  readonly maxHeldBytes?: number
  readonly deadlineMs?: number
  /** Stands before the real store. */
  readonly wrap?: (store: Store) => Store
}

export const pipelineSecret = 'the-webhook-secret-of-the-pipeline'

/** A pipeline behind a real listener and over a real SQLite file, whose parts a test chooses. */
export async function startTestPipeline(options: TestPipelineOptions) {
  const { clock, deadlineMs = 8500 } = options
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-pipeline-'))
  const secp256k1 = await openCurve('auto')
  const keychain = Keychain.fromSeed(hexToBytes('07'.repeat(32)), { secp256k1 })
  const realm = { fingerprint: keychain.fingerprint, network: 'REGTEST' } as const
  const store = createStore(openSqlite({ path: join(folder, 'state.sqlite'), realm }))
  const policy = await parsePolicy('', 'policy.toml', { network: 'REGTEST', secp256k1 })
  const secretFile = join(folder, 'webhook-secret')
  writeFileSync(secretFile, pipelineSecret, { mode: 0o600 })
  const metrics = testMetrics()
  const lines: string[] = []
  const room = new WaitingRoom(
    {
      maxInFlight: 8,
      maxInFlightPerLane: 2,
      maxQueued: 100,
      maxQueuedPerLane: 50,
      ...options.limits,
    },
    clock,
  )
  const bodies = new HeldBodies({ maxCalls: 1000, maxBytes: options.maxHeldBytes ?? 1_000_000 })
  const deps = {
    clock,
    metrics,
    bodies,
    room,
    keychain,
    logger: quietLogger(lines),
    entropy: systemEntropy,
    network: 'REGTEST' as const,
    policy: () => policy,
    reveals: new RevealWatch(),
    turnstile: new Turnstile(),
    capture: noCapture,
    secrets: WebhookSecrets.load([secretFile], { allowExposed: false, warn: () => {} }),
    acceptWhenRecorded: 'near-deadline' as const,
    route: options.route ?? ({ answer: 'respond-directly' } as const),
    store: options.wrap?.(store) ?? store,
  }
  const pipeline = createPipeline({ decisionDeadlineMs: deadlineMs, retryAfterSeconds: 2 }, deps)
  const listener = await startWebhookServer(webhookOptions({ max_connections: 1000 }), {
    ...deps,
    receive: pipeline.receive,
  })
  return {
    webhookUrl: listener.url,
    room,
    bodies,
    metrics,
    lines,
    close: async () => {
      await listener.close()
      await store[Symbol.asyncDispose]()
      keychain.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
