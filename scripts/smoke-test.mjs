// Runs in a folder where only the packed packages are installed: each loads, the curve passes its
// self-test, the store is durable, and the command makes a key store and checks it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const folder = mkdtempSync(join(import.meta.dirname, 'smoke-'))
const secretFile = (name, text) => {
  const file = join(folder, name)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}
const command = join(
  createRequire(import.meta.url).resolve('@boltwarden/signer'),
  '..',
  'cli',
  'main.js',
)

/** Runs the command and gives what it printed. */
function boltwarden(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, `boltwarden ${args[0]} left with ${status}: ${stderr}${stdout}`)
  return stdout
}

try {
  const { loadSecp256k1 } = await import('@boltwarden/core/secp256k1/load')
  const { Keychain } = await import('@boltwarden/core/keys/keychain')
  const secp256k1 = await loadSecp256k1('auto')
  const seed = new Uint8Array(32).fill(7)
  const keychain = Keychain.fromSeed(seed, { secp256k1 })

  const sdk = await import('@boltwarden/sdk')
  assert.equal(typeof sdk.verifyAndParseWebhook, 'function')
  assert.equal(
    typeof (await import('@boltwarden/sdk/env')).getCredentialsFromEnvOrThrow,
    'function',
  )

  const { openSqlite } = await import('@boltwarden/store/sqlite')
  const { createStore } = await import('@boltwarden/store')
  const { fingerprint } = keychain
  const path = join(folder, 'store.sqlite')
  const store = createStore(await openSqlite({ path, realm: { fingerprint, network: 'REGTEST' } }))
  await store.health()
  await store[Symbol.asyncDispose]()
  keychain.dispose()

  const dir = join(folder, 'signer')
  const passphrase = secretFile('passphrase', 'correct horse battery staple')
  boltwarden(
    'init',
    '--non-interactive',
    ...['--dir', dir, '--network', 'regtest', '--insecure-fast-kdf', '--json'],
    ...['--seed-hex-file', secretFile('seed', '07'.repeat(32))],
    ...['--passphrase-file', passphrase, '--answer', 'respond-directly'],
    ...['--webhook-secret-file', secretFile('webhook-secret', 'smoke-test-webhook-secret')],
  )
  const config = join(dir, 'boltwarden.toml')
  const shown = boltwarden('keys', 'show', '--json', '-c', config, '--passphrase-file', passphrase)
  assert.equal(JSON.parse(shown).fingerprint, fingerprint)

  console.log(`packed packages work on Node ${process.version} with ${secp256k1.backend}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
