// House rules that no compiler knows: file sizes, words that must not stand anywhere, the
// dependency law, provenance of vectors, a line in docs/dependencies.md for each dependency.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const problems = []
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))

const read = (file) => readFileSync(join(root, file), 'utf8')
const problem = (file, message) => problems.push(`${file}: ${message}`)
const self = 'scripts/check-house.mjs'
const isSource = (file) =>
  /\.(ts|mts|mjs)$/.test(file) && !file.includes('/generated/') && file !== self
const isShipped = (file) => isSource(file) && /^(packages|apps)\/[^/]+\/src\//.test(file)

const maxLines = 500
for (const file of tracked.filter(isSource)) {
  const lines = read(file).split('\n').length - 1
  if (lines > maxLines) problem(file, `${lines} lines; the ceiling is ${maxLines}`)
}

const forbidden = [
  {
    pattern: /\b(?:it|test|describe)\.(?:skip|only|todo)\b/,
    why: 'a skipped or focused test',
    in: isSource,
  },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, why: 'unfinished work belongs in an issue', in: isSource },
  { pattern: /@ts-ignore|@ts-nocheck/, why: 'the compiler is not silenced', in: isSource },
  { pattern: /\bvi\.(?:mock|doMock)\b/, why: 'no module mocks', in: isSource },
  {
    pattern: /(?<!["'\w])as (?!const\b)(?:unknown|any|[A-Z]\w*)\b(?! |,| from)/,
    why: 'a cast',
    in: isCastFree,
  },
  {
    pattern: /\bDate\.now\(|\bMath\.random\(|new Date\(\)/,
    why: 'time and chance come in as arguments',
    in: isPureOrShell,
  },
  {
    pattern: /\/(?:home|root|Users)\/[a-z]|\/tmp\/[a-z]|\/work\//,
    why: 'a path of one machine',
    in: isText,
  },
  { pattern: /registry\.npmjs\.org|registry\.yarnpkg/, why: 'a registry host', in: isText },
]

/** Casts are for the constructors of brands, which all stand in files of `core`. */
function isCastFree(file) {
  const brandConstructors = /^packages\/core\/src\/(units|bytes|ids)\.ts$/
  return isShipped(file) && !brandConstructors.test(file)
}

function isPureOrShell(file) {
  return isShipped(file) && !/\/(clock|entropy)\.ts$/.test(file)
}

function isText(file) {
  return !/^(vectors\/|package-lock\.json$|LICENSE$)/.test(file) && file !== self
}

for (const { pattern, why, in: applies } of forbidden) {
  for (const file of tracked.filter(applies)) {
    read(file)
      .split('\n')
      .forEach((line, at) => {
        const code = line.replace(/^\s*(?:\*|\/\/|\/\*\*).*$/, '')
        if (pattern.test(applies === isText ? line : code)) problem(`${file}:${at + 1}`, why)
      })
  }
}

const mayImport = {
  core: [],
  policy: ['core'],
  sdk: ['core'],
  store: ['core', 'policy'],
  signer: ['core', 'policy', 'sdk', 'store'],
  sandbox: ['core', 'sdk'],
}
for (const file of tracked.filter(isShipped)) {
  const [, name = ''] = /^(?:packages|apps)\/([^/]+)\//.exec(file) ?? []
  for (const [, imported] of read(file).matchAll(/from '@boltwarden\/([a-z]+)/g)) {
    const fromExample = read(file).match(new RegExp(`^ \\* import .*@boltwarden/${imported}`, 'm'))
    if (imported !== name && !mayImport[name]?.includes(imported) && !fromExample) {
      problem(file, `${name} must not import ${imported}`)
    }
  }
}

for (const file of tracked.filter((name) => /^vectors\/[^/]+\/[^/]+$/.test(name))) {
  const folder = file.split('/').slice(0, 2).join('/')
  if (!tracked.includes(`${folder}/README.md`))
    problem(file, 'its folder has no README.md with provenance')
}

const justified = existsSync(join(root, 'docs/dependencies.md')) ? read('docs/dependencies.md') : ''
const own = /^@boltwarden\//
for (const file of tracked.filter((name) => /(^|\/)package\.json$/.test(name))) {
  const manifest = JSON.parse(read(file))
  for (const kind of [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
    'peerDependencies',
  ]) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      if (!/^\d+\.\d+\.\d+(?:-beta\.\d+)?$/.test(version))
        problem(file, `${name} ${version} is not an exact pin`)
      if (!own.test(name) && !justified.includes(`\`${name}\``)) {
        problem(file, `${name} has no line in docs/dependencies.md`)
      }
    }
  }
}

for (const line of problems) console.error(line)
console.log(`${tracked.length} files looked at, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
