import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { createLogger, type Logger } from '../../src/logging.ts'
import type { Gauges } from '../../src/metrics/gauges.ts'
import { createMetrics, type Metrics } from '../../src/metrics.ts'

/** The smallest configuration that is valid. */
export const minimalToml = `
network = "REGTEST"
[webhook]
port = 0
secret_files = ["webhook-secret"]
[admin]
port = 0
[platform]
api_client_id = "client"
api_client_secret_file = "api-secret"
`

export function testConfig(): Config {
  return parseConfig(minimalToml, 'test')
}

export function webhookOptions(overrides: Partial<Config['webhook']> = {}): Config['webhook'] {
  return { ...testConfig().webhook, ...overrides }
}

/** A logger into nowhere, or into `lines`. */
export function quietLogger(lines: string[] = []): Logger {
  return createLogger(
    { level: 'trace' },
    { clock: systemClock, target: { write: (line) => lines.push(line) } },
  )
}

export function testMetrics(): Metrics {
  return createMetrics({
    version: '0.0.0',
    node: 'v0',
    secp256k1: 'noble-curves',
    network: 'REGTEST',
    fingerprint: '00000000',
  })
}

/** Gauges of a service that does nothing. */
export const idleGauges: Gauges = {
  inFlight: () => 0,
  queued: () => 0,
  heldBodyBytes: () => 0,
  webhookSecrets: () => 1,
  cachedKeys: () => 0,
  rollbackSuspected: () => 0,
  checkpointAgeSeconds: () => 7,
}
