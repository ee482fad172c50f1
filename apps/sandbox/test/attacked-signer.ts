import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OwnerPolicy } from '../src/adversary/stage/attack.ts'
import { ownerWith } from '../src/adversary/stage/owner.ts'
import { coldStorageScript, ownerLimits } from '../src/adversary/stage/owner-limits.ts'
import { type Child, startChild } from '../src/demo/child.ts'
import { runJson } from '../src/demo/command.ts'
import { waitUntilReady } from '../src/demo/readiness.ts'
import { parsePairing, startSandbox } from '../src/index.ts'
import { signerMain } from '../src/signers/signer.ts'
import type { Stand } from './blind-signer.ts'
import { freePort } from './free-port.ts'
import { credentials, pairingOf, webhookSecret } from './pairing.ts'

const limits = `
[channels]
max_channel_value_sats = ${ownerLimits.maxFundingSats}
max_push_sats = ${ownerLimits.maxPushSats}
max_htlcs = ${ownerLimits.maxHtlcs}
max_htlc_inflight_sats = ${ownerLimits.maxHtlcInflightSats}
[payments]
hourly_sats = ${ownerLimits.hourlyPaymentSats}
invoice_life_seconds = ${ownerLimits.invoiceLifeSeconds}
[onchain]
hourly_sats = ${ownerLimits.hourlyOnchainSats}
fee_hourly_sats = ${ownerLimits.hourlyFeeSats}
scripts = [{ script = "${coldStorageScript}", label = "cold storage" }]
`

/** What stands in the policy file of each owner. */
const policyFiles: Readonly<Record<OwnerPolicy | 'observe', string>> = {
  default: '',
  observe: 'mode = "observe"\n',
  'receive-only': '[payments]\nreceive_only = true\n',
  intents: '[payments]\nrequire_intents = true\n[onchain]\nrequire_intents = true\n',
  dust: `
[payments]
allow_trimmed_below_sats = ${ownerLimits.allowTrimmedBelowSats}
max_trimmed_daily = ${ownerLimits.maxTrimmedDaily}
`,
  limits,
  // What is used up by attacks one after the other would leave nothing to race for.
  'limits-at-once': limits,
}

const signal = new AbortController().signal

/** A signer of this repository as it is built, ready to be attacked. */
export async function startAttackedSigner(
  policy: OwnerPolicy | 'observe',
  channels: number,
): Promise<Stand> {
  const seed = new Uint8Array(64).fill(9)
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-attacked-'))
  const secret = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const ports = { webhook: await freePort(), admin: await freePort() }
  const urls = {
    webhook: `http://127.0.0.1:${ports.webhook}/webhook`,
    admin: `http://127.0.0.1:${ports.admin}`,
  }
  const sandbox = await startSandbox({
    credentials,
    webhookUrl: urls.webhook,
    webhookSecret,
    retrySchedule: [],
  })
  const home = join(folder, 'signer')
  const passphrase = ['--passphrase-file', secret('passphrase', 'a passphrase of a test')]
  const init = [
    ...['init', '--non-interactive', '--json', '--dir', home, '--network', 'regtest'],
    ...['--seed-hex-file', secret('seed', Buffer.from(seed).toString('hex')), ...passphrase],
    ...['--insecure-fast-kdf', '--webhook-secret-file', secret('webhook', webhookSecret)],
    ...['--webhook-port', String(ports.webhook), '--admin-port', String(ports.admin)],
    ...['--api-base-url', sandbox.url, '--api-client-id', credentials.clientId],
    ...['--api-client-secret-file', secret('client', credentials.clientSecret)],
  ]
  await runJson(signerMain, init, signal)
  writeFileSync(join(home, 'policy.toml'), policyFiles[policy])
  const serve = ['serve', '--config', join(home, 'boltwarden.toml'), ...passphrase]
  const start = async () => {
    const child = startChild('signer', signerMain, serve, join(folder, 'signer.log'))
    await waitUntilReady(child, `${urls.admin}/readyz`, signal)
    return child
  }
  const running: { child: Child } = { child: await start() }
  const token = readFileSync(join(home, 'admin-token'), 'utf8').trim().split(' ')[1] ?? ''
  const owner = ownerWith({ url: urls.admin, token, network: 'REGTEST' }, async () => {
    await running.child.kill()
    running.child = await start()
  })
  const { platform, dispatcher } = sandbox
  return {
    subject: {
      platform,
      dispatcher,
      owner,
      seed,
      pairing: parsePairing(pairingOf(seed, channels)),
    },
    close: async () => {
      await running.child.stop()
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
