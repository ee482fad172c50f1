import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from '../shared/corpus.ts'

/** What a tortured signer is configured with. */
export type Setting = Pick<Scenario, 'seedHex' | 'network' | 'webhookSecret'> & {
  readonly platformUrl: string
  /** The table `[store]`. */
  readonly store: string
}

/** Writes the files of a signer that is in a hurry: short deadlines, leases and rests. */
export function writeConfig(folder: string, setting: Setting): void {
  const put = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
    return join(folder, name)
  }
  put('seed', setting.seedHex)
  put(
    'boltwarden.toml',
    `network = "${setting.network}"
[webhook]
port = 0
secret_files = ["${put('webhook-secret', setting.webhookSecret)}"]
decision_deadline_ms = 1500
[admin]
port = 0
[outbox]
poll_ms = 20
backoff_ms = 20
max_backoff_ms = 200
attempt_deadline_ms = 1000
lease_ms = 1500
[platform]
base_url = "${setting.platformUrl}"
api_client_id = "client"
api_client_secret_file = "${put('api-secret', 'the-api-secret')}"
[policy]
file = "${put('policy.toml', '[onchain]\nunlinked_funding_max_sats = 1000000000\n')}"
${setting.store}
`,
  )
}

/** Writes what one life of a signer is to be, and gives the file that says so. */
export function writeLife(
  folder: string,
  life: {
    readonly nonces: Readonly<Record<string, string>>
    readonly place?: string | undefined
    readonly nth?: number
  },
): string {
  const file = join(folder, 'life.json')
  const files = { config: join(folder, 'boltwarden.toml'), seedFile: join(folder, 'seed') }
  writeFileSync(file, JSON.stringify({ ...files, ...life }))
  return file
}
