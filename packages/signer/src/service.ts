import type { Keychain } from '@boltwarden/core/keys/keychain'
import { AccountTokenAuthProvider, LightsparkClient } from '@boltwarden/sdk'
import { type Counts, createStore, type Store, type StoreOptions } from '@boltwarden/store'
import { adminRoutes } from './admin/routes.ts'
import { type Capture, captureInto, noCapture } from './capture/capture.ts'
import { CaptureFile } from './capture/capture-file.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/schema.ts'
import type { Entropy } from './entropy.ts'
import { SignerFault } from './fault.ts'
import { startAdminServer } from './http/admin-server.ts'
import { AdminTokens } from './http/admin-tokens.ts'
import type { Reply } from './http/reply.ts'
import { startWebhookServer, type WebhookCall } from './http/webhook-server.ts'
import { errorFacts, type Logger } from './logging.ts'
import { storeReader } from './metrics/store-reader.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type OutboxDeps, OutboxWorker } from './outbox/worker.ts'
import { HeldBodies } from './overload/held-bodies.ts'
import { WaitingRoom } from './overload/waiting-room.ts'
import { searchAhead } from './own-scripts.ts'
import type { AnswerRoute } from './pipeline/deliver.ts'
import { ownFault } from './pipeline/ending.ts'
import { createPipeline, type EventHook } from './pipeline/pipeline.ts'
import type { Probe } from './pipeline/probe.ts'
import { RevealWatch } from './pipeline/reveal-watch.ts'
import { Turnstile } from './pipeline/turnstile.ts'
import {
  PolicyInForce,
  type PolicyReload,
  type ReloadRequest,
} from './policy-file/policy-in-force.ts'
import { readinessOf } from './readiness.ts'
import { readSecret, type SecretFileRules, secretText } from './secret-source.ts'
import { openBackend } from './store-backend.ts'
import { Sealing } from './store-care/sealing.ts'
import { version } from './version.ts'
import { WebhookSecrets } from './webhook-secrets.ts'

/** What a service is started with. It owns the keychain from then on. */
export type ServiceDeps = {
  readonly keychain: Keychain
  readonly clock: Clock
  readonly entropy: Entropy
  readonly logger: Logger
  readonly onOtherEvent?: EventHook
  /** For tests that end the process between two steps. */
  readonly probe?: Probe
}

/** A webhook call: the raw bytes, and the signature header if there was exactly one. */
export type IncomingCall = Pick<WebhookCall, 'body' | 'signature'>

/** A running signer. */
export type Service = {
  /** Where webhooks are taken. */
  readonly webhookUrl: string
  /** Where `/livez`, `/readyz` and `/metrics` are. */
  readonly adminUrl: string
  /** Works a call off as the listener does, for callers with an HTTP server of their own. */
  receive(call: IncomingCall): Promise<Reply>
  /**
   * Accepts the webhook secrets in these files from now on: all of them, or nothing changes.
   *
   * @throws {SignerFault} where one cannot be used; those before stay accepted.
   */
  reloadWebhookSecrets(files: readonly string[]): void
  /**
   * Reads the file of the admin API's tokens again: all of it, or nothing changes.
   *
   * @throws {SignerFault} where it cannot be used; those before stay accepted.
   */
  reloadAdminTokens(): void
  /**
   * Reads the policy file again: the next decision is made by it.
   *
   * @throws {SignerFault} where it cannot be used; the policy before stays in force.
   */
  reloadPolicy(request: ReloadRequest): Promise<PolicyReload>
  /** Finishes what is in flight, refuses what is new, closes the store, wipes the keys. */
  close(): Promise<void>
}

/**
 * Starts the signer: store, pipeline, admin listener, webhook listener, in this order.
 *
 * @throws {SignerFault} where a part cannot be started; those before are closed again.
 */
export async function startService(config: Config, deps: ServiceDeps): Promise<Service> {
  const closers: (() => Promise<void> | void)[] = [() => deps.keychain.dispose()]
  try {
    return await assemble(config, deps, closers)
  } catch (error) {
    await closeAll(closers, deps.logger)
    throw ownFault(error)
  }
}

async function assemble(
  config: Config,
  deps: ServiceDeps,
  closers: (() => Promise<void> | void)[],
): Promise<Service> {
  const { keychain, clock, logger } = deps
  const rules = fileRules(config, logger)
  const secrets = WebhookSecrets.load(config.webhook.secret_files, rules)
  const route = openAnswerRoute(config, rules)
  const metrics = metricsOf(config, keychain)
  const opened = await openStore(config, keychain, rules, commitClock(clock, metrics))
  closers.unshift(() => opened[Symbol.asyncDispose]())
  const onSuspicion = () => metrics.rollbackSuspected('seal')
  const sealing = await Sealing.start(config, { ...deps, store: opened, onSuspicion })
  closers.unshift(() => sealing.close())
  const store = sealing.guard(opened)
  const { secp256k1 } = keychain
  const policyDeps = { network: config.network, secp256k1, logger, metrics }
  const policy = await PolicyInForce.load(config.policy.file, policyDeps)
  const capture = openCapture(config, { keychain, metrics, logger }, closers)
  const { webhook } = config
  const { bodies, room } = openRoom(config, clock)
  const working = {
    ...deps,
    route,
    store,
    metrics,
    network: config.network,
    policy: () => policy.current,
    reveals: new RevealWatch(),
    turnstile: new Turnstile(),
  }
  const outbox = openOutbox(config, working)
  const pipeline = createPipeline(
    {
      decisionDeadlineMs: webhook.decision_deadline_ms,
      retryAfterSeconds: webhook.retry_after_seconds,
    },
    {
      ...working,
      secrets,
      bodies,
      room,
      capture,
      acceptWhenRecorded: webhook.accept_when_recorded,
      ...(outbox !== undefined && { outbox }),
    },
  )
  metrics.observeStore(storeReader(working))
  metrics.observe({
    inFlight: () => room.inFlight,
    queued: () => room.queued,
    heldBodyBytes: () => bodies.bytes,
    webhookSecrets: () => secrets.count,
    cachedKeys: () => keychain.cachedKeys,
    rollbackSuspected: () => (sealing.isSuspicious ? 1 : 0),
    checkpointAgeSeconds: () => sealing.checkpointAgeSeconds,
  })
  let draining = false
  const readiness = () => readinessOf({ store, bodies, isDraining: () => draining })
  const tokens = openTokens(config, rules)
  const control = tokens && {
    guard: { tokens, allowedHosts: config.admin.allowed_hosts, logger },
    routes: adminRoutes({ ...deps, network: config.network, secp256k1, store, policy }),
  }
  const admin = await startAdminServer(config.admin, {
    metrics,
    readiness,
    ...(control !== undefined && { control }),
  })
  closers.unshift(() => admin.close())
  // What was left behind comes first; what is asked from now on is not kept waiting by it.
  outbox?.start()
  closers.unshift(() => outbox?.close())
  const receive = pipeline.receive
  const listener = await startWebhookServer(webhook, { ...deps, receive, metrics })
  closers.unshift(() => listener.close())
  closers.unshift(searchAhead(keychain, config.network, () => bodies.calls))
  const start = {
    ...startFacts(config, keychain, listener.url, admin.url),
    policy: policy.current.hash,
  }
  announce(logger, start, await store.counts())
  return {
    webhookUrl: listener.url,
    adminUrl: admin.url,
    receive: async ({ body, signature }) => {
      const { whenWritten, ...reply } = await receive({
        id: Buffer.from(deps.entropy.bytes(8)).toString('hex'),
        body,
        signature,
        receivedAtMs: clock.nowMs(),
        startedMs: clock.monotonicMs(),
      })
      // From here on it is the caller's to write.
      whenWritten?.()
      return reply
    },
    reloadWebhookSecrets: (files) => secrets.reload(files),
    reloadAdminTokens: () => tokens?.reload(),
    reloadPolicy: (request) => policy.reload(request),
    async close() {
      draining = true
      const from = clock.monotonicMs()
      await closeAll(closers, logger)
      logger.info({ ms: Math.round(clock.monotonicMs() - from) }, 'stopped')
    },
  }
}

/** The worker of the outbox; none where answers go in the reply, as nobody else can bring those. */
function openOutbox({ outbox }: Config, deps: OutboxDeps): OutboxWorker | undefined {
  if (deps.route.answer === 'respond-directly') return undefined
  const options = {
    pollMs: outbox.poll_ms,
    backOff: { firstMs: outbox.backoff_ms, maxMs: outbox.max_backoff_ms },
    attemptMs: outbox.attempt_deadline_ms,
    leaseMs: outbox.lease_ms,
    maxAttempts: outbox.max_attempts,
    concurrency: outbox.concurrency,
  }
  return new OutboxWorker(options, deps)
}

/** Measures commits. */
function commitClock(clock: Clock, metrics: Metrics): StoreOptions {
  return {
    onCommit(parts) {
      const fromMs = clock.monotonicMs()
      return () => metrics.committed(parts, (clock.monotonicMs() - fromMs) / 1000)
    },
  }
}

function openRoom({ webhook }: Config, clock: Clock) {
  const limits = {
    maxInFlight: webhook.max_in_flight,
    maxInFlightPerLane: webhook.max_in_flight_per_channel,
    maxQueued: webhook.max_queued,
    maxQueuedPerLane: webhook.max_queued_per_channel,
  }
  const maxCalls = webhook.max_in_flight + webhook.max_queued
  const bodies = new HeldBodies({ maxCalls, maxBytes: webhook.max_held_bytes })
  return { bodies, room: new WaitingRoom(limits, clock) }
}

function openCapture(
  { capture: { file, max_bytes, keep_files } }: Config,
  deps: { readonly keychain: Keychain; readonly metrics: Metrics; readonly logger: Logger },
  closers: (() => Promise<void> | void)[],
): Capture {
  if (file === undefined) return noCapture
  const opened = CaptureFile.open(file, { maxBytes: max_bytes, keepFiles: keep_files })
  closers.unshift(() => opened.close())
  deps.logger.info({ file }, 'events are captured')
  return captureInto(opened, deps)
}

function openTokens(
  { admin: { token_file } }: Config,
  rules: SecretFileRules,
): AdminTokens | undefined {
  return token_file === undefined ? undefined : AdminTokens.load(token_file, rules)
}

/** Closes each part, even where one before it fails. */
async function closeAll(
  closers: readonly (() => Promise<void> | void)[],
  logger: Logger,
): Promise<void> {
  for (const close of closers) {
    try {
      await close()
    } catch (error) {
      logger.error({ error: errorFacts(error) }, 'a part did not close')
    }
  }
}

/** The rules for secret files; what is let through is logged. */
function fileRules(config: Config, logger: Logger): SecretFileRules {
  return {
    allowExposed: config.insecure_secret_file_modes,
    warn: (fact) => logger.warn(fact, 'a secret file may be used by others than its owner'),
  }
}

/**
 * The way to the platform.
 *
 * @throws {SignerFault} `CONFIG_INVALID`, or as the secret demands.
 */
export function openAnswerRoute(config: Config, rules: SecretFileRules): AnswerRoute {
  if (config.platform.answer === 'respond-directly') return { answer: 'respond-directly' }
  return { answer: 'mutation', sender: openClient(config, rules) }
}

/**
 * The platform's API with the configured credentials.
 *
 * @throws {SignerFault} `CONFIG_INVALID`, or as the secret demands.
 */
export function openClient(config: Config, rules: SecretFileRules): LightsparkClient {
  const { api_client_id, api_client_secret_file, base_url, insecure_plain_http } = config.platform
  const invalid = (key: string, expected: string, cause?: unknown) =>
    new SignerFault(
      { code: 'CONFIG_INVALID', file: 'configuration', problems: [{ key, expected }] },
      { cause },
    )
  if (api_client_id === undefined) throw invalid('platform.api_client_id', 'a value')
  if (api_client_secret_file === undefined) {
    throw invalid('platform.api_client_secret_file', 'a value')
  }
  const secret = readSecret({ kind: 'file', path: api_client_secret_file }, rules)
  try {
    const text = secretText(secret, api_client_secret_file)
    const auth = new AccountTokenAuthProvider(api_client_id, text)
    return new LightsparkClient(auth, base_url, {
      allowPlainHttp: insecure_plain_http,
      deadlineMs: config.webhook.decision_deadline_ms,
    })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const expected = 'an https:// URL and a client id without a colon'
    throw invalid('platform.base_url', expected, cause)
  } finally {
    secret.dispose()
  }
}

/**
 * The store of these keys.
 *
 * @throws {StoreFault} where it cannot be used.
 * @throws {SignerFault} as the secret demands.
 */
export async function openStore(
  config: Config,
  keychain: Keychain,
  rules: SecretFileRules,
  options?: StoreOptions,
): Promise<Store> {
  const realm = { fingerprint: keychain.fingerprint, network: config.network }
  return createStore(await openBackend(config, realm, rules), options)
}

function metricsOf(config: Config, keychain: Keychain): Metrics {
  return createMetrics({
    version,
    node: process.version,
    secp256k1: keychain.secp256k1.backend,
    network: config.network,
    fingerprint: keychain.fingerprint,
  })
}

/** One line says what runs; a second one if what was promised before may have been lost. */
function announce(logger: Logger, facts: ReturnType<typeof startFacts>, store: Counts): void {
  if (store.events === 0) logger.warn('the store is empty: right for a new node, for no other')
  logger.info({ ...facts, store }, 'ready')
}

function startFacts(config: Config, keychain: Keychain, webhook: string, admin: string) {
  return {
    version,
    node: process.version,
    network: config.network,
    fingerprint: keychain.fingerprint,
    secp256k1: keychain.secp256k1.backend,
    answer: config.platform.answer,
    webhook,
    admin,
    pid: process.pid,
  }
}
