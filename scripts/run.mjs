// The two commands of the README: `node scripts/run.mjs demo|test`. Plain JavaScript on Node alone,
// because it runs before anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.installed-lockfile')
const report = join(root, 'reports', 'tests.json')

const tool = {
  tsc: 'node_modules/typescript/bin/tsc',
  biome: 'node_modules/@biomejs/biome/bin/biome',
  vitest: 'node_modules/vitest/vitest.mjs',
  knip: 'node_modules/knip/bin/knip.js',
  stryker: 'node_modules/@stryker-mutator/core/bin/stryker.js',
}

const install = { name: 'install', done: isInstalled, run: npmCi }
const build = { name: 'build', run: () => node(tool.tsc, '-b') }

const commands = {
  demo: [
    install,
    build,
    { name: 'demo', run: () => node('apps/sandbox/dist/cli/main.js', 'demo', ...rest) },
  ],
  sandbox: [
    install,
    build,
    { name: 'sandbox', run: () => node('apps/sandbox/dist/cli/main.js', ...rest) },
  ],
  bench: [install, build, { name: 'measurements', run: () => node('bench/dist/main.js', ...rest) }],
  torture: [install, build, { name: 'torture', run: torture }],
  mutation: [
    install,
    {
      name: 'mutants of packages/policy',
      run: () => node(tool.stryker, 'run', '--checkers', 'sample', ...rest),
    },
  ],
  test: [
    install,
    build,
    { name: 'lint and format', run: () => node(tool.biome, 'check', '--error-on-warnings', '.') },
    {
      name: 'types of tests, examples and scripts',
      run: () => node(tool.tsc, '-p', 'tsconfig.test.json'),
    },
    { name: 'house rules', run: () => node('scripts/check-house.mjs') },
    { name: 'unused code and dependencies', run: () => node(tool.knip) },
    { name: 'tests', run: runTests },
    { name: 'packed packages on Node 20 and 24', run: () => node('scripts/check-packages.mjs') },
  ],
}

const [command, ...rest] = process.argv.slice(2)
const steps = commands[command]
if (steps === undefined) fail(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')}`)
if (!nodeIsNewEnough()) fail(`Node 20.19 or newer is needed; this is ${process.version}`)

for (const [at, step] of steps.entries()) {
  const label = `[${at + 1}/${steps.length}] ${step.name}`
  if (step.done?.()) {
    console.log(`${label}: up to date`)
    continue
  }
  console.log(label)
  const started = performance.now()
  const code = await step.run()
  if (code !== 0) fail(`${label}: failed with exit code ${code}`, code)
  console.log(`${label}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}
if (command === 'test') printCount()

function nodeIsNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19)
}

function lockfileHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfileHash()
}

async function npmCi() {
  // The npm that started this script, or the one beside this Node.
  const cli = process.env.npm_execpath
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const code = cli ? await node(cli, ...args) : await child('npm', args)
  if (code === 0) writeFileSync(stamp, lockfileHash())
  return code
}

async function runTests() {
  rmSync(report, { force: true })
  return node(
    tool.vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...rest,
  )
}

/** `--kills N`, `--requests N` and `--seed N` set the sizes; what else there is goes to vitest. */
function torture() {
  const others = []
  for (let at = 0; at < rest.length; at++) {
    const [, name] = /^--(kills|requests|seed)$/.exec(rest[at]) ?? []
    if (name === undefined) others.push(rest[at])
    else process.env[`TORTURE_${name.toUpperCase()}`] = rest[++at]
  }
  return node(
    tool.vitest,
    'run',
    'packages/signer/test/torture',
    '--no-file-parallelism',
    ...others,
  )
}

/** The count on a line of its own, for whoever reads only the end of the output. */
function printCount() {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
  if (numPassedTests === 0 || numPendingTests > 0) fail('every test must run')
}

function node(...args) {
  return child(process.execPath, args)
}

/** Runs a child to its end and gives its exit code; a signal to us is passed on to it. */
function child(file, args) {
  return new Promise((resolve) => {
    const started = spawn(file, args, { cwd: root, stdio: 'inherit' })
    const pass = (signal) => started.kill(signal)
    process.once('SIGINT', pass)
    process.once('SIGTERM', pass)
    started.once('error', () => resolve(127))
    started.once('exit', (code, signal) => {
      process.off('SIGINT', pass)
      process.off('SIGTERM', pass)
      resolve(code ?? (signal ? 130 : 1))
    })
  })
}

function fail(message, code = 1) {
  console.error(message)
  process.exit(code)
}
