import type { Network } from '@boltwarden/core/network'
import { stringify } from 'smol-toml'

/** What `init` knows when it writes a configuration. */
export type TemplateFacts = {
  readonly network: Network
  readonly fingerprint: string
  readonly webhookSecretFiles: readonly string[]
  readonly answer: 'mutation' | 'respond-directly'
  readonly baseUrl: string | undefined
  readonly apiClientId: string | undefined
  readonly apiClientSecretFile: string | undefined
  readonly webhookPort: number | undefined
  readonly adminPort: number | undefined
  readonly adminTokenFile: string
  readonly policyFile: string
}

/**
 * A configuration file with every key in it: what is chosen as it is, what is not as a comment
 * with its default.
 */
export function configTemplate(facts: TemplateFacts): string {
  const line = (key: string, value: unknown) => stringify({ [key]: value }).trimEnd()
  const chosen = (key: string, value: unknown, preset: unknown) =>
    value === undefined ? `# ${line(key, preset)}` : line(key, value)
  return `# Boltwarden. Paths are relative to this file's folder. Secrets stand in files of their own, mode 600.
# boltwarden doctor checks all of this; boltwarden config print shows what is in force.

# MAINNET, TESTNET, SIGNET or REGTEST. Requests for another network are refused.
${line('network', facts.network)}
# Lets secret files through that others may read.
# insecure_secret_file_modes = false

[keys]
# The encrypted seed. A standard age file: age -d opens it.
# key_store_file = "keystore.age"
# The master key's BIP 32 fingerprint: another seed is refused.
${line('fingerprint', facts.fingerprint)}
# Without it the passphrase comes from --passphrase-file, --passphrase-fd, the systemd credential
# boltwarden-passphrase, or the terminal.
# passphrase_file = "passphrase"
# Six for each live channel.
# max_cached_keys = 4096

[crypto]
# auto takes libsecp256k1 where it loads; native demands it; portable is plain JavaScript.
# backend = "auto"

[store]
# What was decided and signed. Losing it loses the protection: back it up, and never restore an old
# copy beside a live node.
# sqlite: one file, for one signer. postgres: a database that several signers may share; file is not
# used then, and boltwarden store migrate makes its tables.
# backend = "sqlite"
# file = "data/boltwarden.sqlite"
# How far the store had come, signed. On another disk than the store it serves best.
# seal_file = "seal/boltwarden.seal"
# host = "127.0.0.1"
# port = 5432
# database = "boltwarden"
# user = "boltwarden"
# password_file = "database-password"
# auto: in the open on this machine, verify-full to every other.
# tls = "auto"
# tls_ca_file = "database-ca.pem"
# remote_apply waits for the standbys of synchronous_standby_names to have applied it, too.
# synchronous_commit = "on"
# connections = 4

[webhook]
# host = "127.0.0.1"
${chosen('port', facts.webhookPort, 8080)}
# path = "/webhook"
# Each is accepted. To rotate: add the new one, send SIGHUP, change the platform, take out the old.
${line('secret_files', facts.webhookSecretFiles)}
# An honest event with 1,000 signing jobs has about 900 kB.
# max_body_bytes = 4194304
# headers_timeout_ms = 5000
# request_timeout_ms = 8000
# keep_alive_timeout_ms = 60000
# Times max_body_bytes, this bounds the memory that strangers can take.
# max_connections = 128
# max_in_flight = 64
# The most of one channel, so that its slowness is not that of the others.
# max_in_flight_per_channel = 32
# Beyond these, deliveries are turned away at once.
# max_queued = 256
# max_queued_per_channel = 64
# max_held_bytes = 67108864
# The platform waits about 10 s.
# decision_deadline_ms = 8500
# near-deadline: a call ends with 200 where its answer is on the disk and hardly any time is left.
# never: 503 until the platform has the answer.
# accept_when_recorded = "near-deadline"
# retry_after_seconds = 2
# drain_timeout_ms = 15000

[outbox]
# Answers that the platform has not accepted are brought again, with rests that double.
# poll_ms = 1000
# backoff_ms = 1000
# max_backoff_ms = 60000
# attempt_deadline_ms = 8000
# lease_ms = 30000
# After so many failures of its own an answer is set aside: boltwarden outbox list.
# max_attempts = 10
# concurrency = 8

[admin]
# /livez, /readyz, /metrics for whoever can reach it; the rest needs a token. Keep strangers away.
# host = "127.0.0.1"
${chosen('port', facts.adminPort, 8081)}
# Lines of a name and a token, mode 600. Without it nothing can be changed through this listener.
${line('token_file', facts.adminTokenFile)}
# Names by which it may be called, besides localhost and IP addresses.
# allowed_hosts = []

[platform]
${chosen('base_url', facts.baseUrl, 'https://api.lightspark.com')}
# Allows http:// for another host than this one.
# insecure_plain_http = false
# mutation calls the API; respond-directly answers in the webhook's reply.
${line('answer', facts.answer)}
${chosen('api_client_id', facts.apiClientId, '')}
${chosen('api_client_secret_file', facts.apiClientSecretFile, 'api-client-secret')}

[policy]
# What is signed. Without a file every default holds. boltwarden policy reload takes a change.
${line('file', facts.policyFile)}

[capture]
# Keeps every event as it arrives, for boltwarden policy explain and replay. Off without a file.
# file = "capture/events.ndjson"
# At this size a file is put aside, and this many of those are kept.
# max_bytes = 67108864
# keep_files = 4

[log]
# fatal, error, warn, info, debug or trace
# level = "info"
`
}
