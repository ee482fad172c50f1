import { networks } from '@boltwarden/core/network'
import { z } from 'zod'

/** The latest moment at which an answer is of use: the platform gives a call about 10 s. */
export const platformLimitMs = 10_000

const path = z.string().min(1).max(4096)
const host = z.string().min(1).max(255)
const port = z.int().min(0).max(65_535)
const milliseconds = (min: number, max: number, preset: number) =>
  z.int().min(min).max(max).default(preset)

const keys = z.strictObject({
  key_store_file: path.default('keystore.age'),
  /** Checked against the seed at start, so that a wrong key store is noticed. Public. */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .optional(),
  passphrase_file: path.optional(),
  max_cached_keys: z.int().min(1).max(1_000_000).default(4096),
})

const crypto = z.strictObject({
  backend: z.enum(['auto', 'native', 'portable']).default('auto'),
})

const store = z.strictObject({
  /** `sqlite` is one file beside one signer; `postgres` a database that several may share. */
  backend: z.enum(['sqlite', 'postgres']).default('sqlite'),
  file: path.default('data/boltwarden.sqlite'),
  /** A name, an IP address, or the folder of a Unix socket. */
  host: host.default('127.0.0.1'),
  port: z.int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(63).default('boltwarden'),
  /** The role that serves; the one that migrates is named to `boltwarden store migrate`. */
  user: z.string().min(1).max(63).default('boltwarden'),
  password_file: path.optional(),
  /** `auto`: in the open on this machine, `verify-full` to every other. */
  tls: z.enum(['auto', 'verify-full', 'off']).default('auto'),
  tls_ca_file: path.optional(),
  synchronous_commit: z.enum(['on', 'remote_apply']).default('on'),
  connections: z.int().min(2).max(64).default(4),
  /** Says, apart from the store, how far it had come: a copy in its place is noticed by it. */
  seal_file: path.default('seal/boltwarden.seal'),
})

const webhook = z.strictObject({
  host: host.default('127.0.0.1'),
  port: port.default(8080),
  path: z
    .string()
    .regex(/^\/[\w\-./]*$/)
    .max(256)
    .default('/webhook'),
  /** Each is active, so that a secret can be rotated. */
  secret_files: z.array(path).min(1).max(8),
  /** The work that a body can make grows with it: about half a second of one core at 4 MiB. */
  max_body_bytes: z.int().min(1024).max(8_388_608).default(4_194_304),
  headers_timeout_ms: milliseconds(100, 60_000, 5_000),
  request_timeout_ms: milliseconds(100, 60_000, 8_000),
  keep_alive_timeout_ms: milliseconds(100, 600_000, 60_000),
  max_connections: z.int().min(1).max(65_535).default(128),
  max_in_flight: z.int().min(1).max(4096).default(64),
  /** Of one channel: the rest stay free for the others while it waits for a lock or a slow reply. */
  max_in_flight_per_channel: z.int().min(1).max(4096).default(32),
  max_queued: z.int().min(0).max(65_536).default(256),
  max_queued_per_channel: z.int().min(0).max(65_536).default(64),
  /** Bodies that are waiting or being worked on; those still arriving are not counted. */
  max_held_bytes: z.int().min(1024).max(4_294_967_296).default(67_108_864),
  decision_deadline_ms: milliseconds(100, platformLimitMs - 500, 8_500),
  /** Whether a call is ended with 200 where its answer is on the disk and hardly any time is left. */
  accept_when_recorded: z.enum(['near-deadline', 'never']).default('near-deadline'),
  retry_after_seconds: z.int().min(1).max(3600).default(2),
  drain_timeout_ms: milliseconds(100, 600_000, 15_000),
})

/** Answers that the platform has not accepted; nothing of it is used with `respond-directly`. */
const outbox = z.strictObject({
  poll_ms: milliseconds(10, 60_000, 1_000),
  backoff_ms: milliseconds(10, 60_000, 1_000),
  max_backoff_ms: milliseconds(10, 1_800_000, 60_000),
  attempt_deadline_ms: milliseconds(100, 60_000, 8_000),
  lease_ms: milliseconds(1_000, 1_800_000, 30_000),
  max_attempts: z.int().min(1).max(1000).default(10),
  concurrency: z.int().min(1).max(256).default(8),
})

const admin = z.strictObject({
  host: host.default('127.0.0.1'),
  port: port.default(8081),
  /** Named bearer tokens. Without it the listener shows how the signer is, and changes nothing. */
  token_file: path.optional(),
  /** Names by which the API may be called, besides localhost and IP addresses. */
  allowed_hosts: z.array(host).max(16).default([]),
})

const platform = z.strictObject({
  base_url: z.string().min(1).max(2048).default('https://api.lightspark.com'),
  /** `mutation` calls the platform's API; `respond-directly` answers in the webhook's reply. */
  answer: z.enum(['mutation', 'respond-directly']).default('mutation'),
  /** Allows http:// for another host than this one: answers and credentials travel in the open. */
  insecure_plain_http: z.boolean().default(false),
  api_client_id: z.string().min(1).max(256).optional(),
  api_client_secret_file: path.optional(),
})

/** What is signed stands in a file of its own, which can be changed while the signer runs. */
const policy = z.strictObject({ file: path.optional() })

/** Events as they arrive, for `policy explain` and `policy replay`. Off without a file. */
const capture = z.strictObject({
  file: path.optional(),
  max_bytes: z.int().min(65_536).max(1_099_511_627_776).default(67_108_864),
  keep_files: z.int().min(1).max(100).default(4),
})

const log = z.strictObject({
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
})

/** The shape of boltwarden.toml. Unknown keys are errors at every level. */
export const configSchema = z.strictObject({
  network: z.enum(networks),
  /** Lets secret files through that others may read. Each is logged. */
  insecure_secret_file_modes: z.boolean().default(false),
  keys: keys.prefault({}),
  crypto: crypto.prefault({}),
  store: store.prefault({}),
  webhook,
  outbox: outbox.prefault({}),
  admin: admin.prefault({}),
  platform: platform.prefault({}),
  policy: policy.prefault({}),
  capture: capture.prefault({}),
  log: log.prefault({}),
})

/** A configuration, as written, with defaults filled in and paths made absolute. */
export type Config = z.output<typeof configSchema>
