import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addressOf } from '@boltwarden/core/bitcoin/address'
import { hexToBytes } from '@boltwarden/core/hex'
import type { OwnerPolicy } from '../src/adversary/stage/attack.ts'
import { coldStorageScript, ownerLimits } from '../src/adversary/stage/owner-limits.ts'
import type { AttackSubject } from '../src/adversary/stage/play.ts'
import type { Announcement, Owner } from '../src/adversary/stage/stage.ts'
import { type Child, startChild } from '../src/demo/child.ts'
import { runJson } from '../src/demo/command.ts'
import { waitUntilReady } from '../src/demo/readiness.ts'
import { parsePairing, startSandbox } from '../src/index.ts'
import { credentials, pairingOf, webhookSecret } from './pairing.ts'

const signerMain = fileURLToPath(
  new URL('../../../packages/signer/dist/cli/main.js', import.meta.url),
)

/** What stands in the policy file of each owner. */
const policyFiles: Readonly<Record<OwnerPolicy, string>> = {
  default: '',
  'receive-only': '[payments]\nreceive_only = true\n',
  intents: '[payments]\nrequire_intents = true\n[onchain]\nrequire_intents = true\n',
  dust: `
[payments]
allow_trimmed_below_sats = ${ownerLimits.allowTrimmedBelowSats}
max_trimmed_daily = ${ownerLimits.maxTrimmedDaily}
`,
  limits: `
[channels]
max_channel_value_sats = ${ownerLimits.maxFundingSats}
max_htlcs = ${ownerLimits.maxHtlcs}
max_htlc_inflight_sats = ${ownerLimits.maxHtlcInflightSats}
[payments]
hourly_sats = ${ownerLimits.hourlyPaymentSats}
invoice_life_seconds = ${ownerLimits.invoiceLifeSeconds}
[onchain]
hourly_sats = ${ownerLimits.hourlyOnchainSats}
scripts = [{ script = "${coldStorageScript}", label = "cold storage" }]
`,
}

const signal = new AbortController().signal

/** A signer of this repository as it is built, ready to be attacked. */
export async function startAttackedSigner(
  policy: OwnerPolicy,
  channels: number,
): Promise<{ readonly subject: AttackSubject; readonly close: () => Promise<void> }> {
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
  const owner: Owner = {
    announce: (intent) => announce(urls.admin, token, intent),
    restart: async () => {
      await running.child.kill()
      running.child = await start()
    },
  }
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

async function announce(url: string, token: string, intent: Announcement): Promise<void> {
  const terms =
    intent.kind === 'payment'
      ? {
          kind: intent.kind,
          payment_hash: intent.paymentHash,
          max_amount_sats: Number(intent.maxAmountSats),
          max_fee_sats: 0,
        }
      : {
          kind: intent.kind,
          address: addressOf(hexToBytes(intent.script), 'REGTEST'),
          amount_sats: Number(intent.amountSats),
        }
  const response = await fetch(`${url}/intents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(terms),
  })
  if (!response.ok)
    throw new Error(`the signer answered ${response.status}: ${await response.text()}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
