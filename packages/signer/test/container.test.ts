import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../src/config/load.ts'
import { addressOf } from '../src/http/webhook-server.ts'
import { minimalToml } from './shared/deps.ts'
import { boltwarden } from './shared/process.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const dockerfile = read('deploy/Dockerfile').replaceAll('\\\n', ' ')
const compose = read('deploy/compose.yaml')
const ignored = read('.dockerignore')
const manifest = JSON.parse(read('packages/signer/package.json'))

/** What stands after a word of the Dockerfile, once for each. */
const orders = (word: string, text = dockerfile) =>
  [...text.matchAll(new RegExp(`^ *${word} +(.*)$`, 'gm'))].map(([, rest = '']) => rest.trim())

/** A list of words, as Docker takes it. */
function words(text: string | undefined): readonly string[] {
  const list: unknown = JSON.parse(/\[.*\]$/.exec(text ?? '')?.[0] ?? 'null')
  if (!Array.isArray(list)) throw new TypeError(`"${text}" expected a list`)
  return list.map(String)
}

const commandIn = (text: string) => words(/^ *command: (.*)$/m.exec(text)?.[1])

/** What goes into the build, by the list of exceptions from everything. */
const admitted = ignored
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1))

describe('the image', () => {
  test('is built and run by one Node, which the packages allow', () => {
    const bases = orders('FROM').map((line) => line.replace(/ AS \w+$/, ''))
    expect(new Set(bases).size).toBe(1)
    const [, major] = /^node:(\d+)-/.exec(bases[0] ?? '') ?? []
    const [, least] = />=(\d+)\./.exec(manifest.engines.node) ?? []
    expect(Number(major)).toBeGreaterThanOrEqual(Number(least))
    expect(Number(major) % 2).toBe(0)
  })

  test('is built of what is there, and of no key that lies beside it', () => {
    const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(lines[0]).toBe('*')
    for (const path of admitted) expect(existsSync(join(root, path)), path).toBe(true)
    const workspaces: string[] = JSON.parse(read('package.json')).workspaces
    for (const folder of workspaces) {
      const isIn = admitted.some(
        (path) => folder.startsWith(path) || path === `${folder}/package.json`,
      )
      expect(isIn, folder).toBe(true)
    }
    for (const path of ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.base.json']) {
      expect(admitted).toContain(path)
    }
    expect(admitted.filter((path) => path.startsWith('deploy'))).toEqual([])
  })

  test('takes from the build what runs, and runs as nobody in particular', () => {
    const copied = orders('COPY').flatMap(
      (line) => /^--from=build \/src\/(\S+) /.exec(line)?.[1] ?? [],
    )
    expect([...copied].sort()).toEqual(['node_modules', 'package.json', 'packages'])
    expect(orders('USER')).toEqual(['node'])
    const [node, entry = ''] = words(orders('ENTRYPOINT')[0])
    expect(node).toBe('node')
    expect(join('packages/signer', manifest.bin.boltwarden)).toBe(entry)
    expect(existsSync(join(root, entry)), 'run "npm run build" first').toBe(true)
    const [folder] = orders('WORKDIR').slice(-1)
    expect(dockerfile).toContain(`PATH=${folder}/node_modules/.bin:$PATH`)
  })

  test('and its example start a command that there is, with flags that it takes', async () => {
    for (const [command = '', ...flags] of [words(orders('CMD').at(-1)), commandIn(compose)]) {
      const { code, out } = await boltwarden([command, '--help']).ended
      expect(code).toBe(0)
      for (const flag of flags.filter((word) => word.startsWith('--'))) expect(out).toContain(flag)
      expect(out).toContain(/BOLTWARDEN_\w+(?==)/.exec(dockerfile)?.[0])
    }
  })

  test('shows the ports of the configuration', () => {
    const { webhook, admin } = parseConfig(minimalToml.replaceAll(/^port = 0$/gm, ''), 'test')
    expect(orders('EXPOSE')).toEqual([`${webhook.port} ${admin.port}`])
    expect(orders('HEALTHCHECK')[0]).toContain(`:${admin.port}/readyz`)
    expect(compose).toContain(`["127.0.0.1:${webhook.port}:${webhook.port}"]`)
    expect(read('deploy/prometheus.yml')).toContain(`signer:${admin.port}`)
  })

  test.each([
    ['is healthy while the signer is ready', 200, 0],
    ['is not while it is not', 503, 1],
    ['is not where nothing answers', undefined, 1],
  ])('%s', async (_name, status, expected) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/readyz' ? (status ?? 0) : 404).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = new URL(addressOf(server))
    if (status === undefined) server.close()
    const [node, ...check] = words(orders('HEALTHCHECK')[0])
    expect(node).toBe('node')
    const asked = check.map((word) => word.replace('8081', port))
    const child = spawn(process.execPath, asked, { stdio: 'ignore' })
    expect(await once(child, 'exit')).toEqual([expected, null])
    server.close()
  })
})

describe('the example', () => {
  test('names files that there are', () => {
    const [, file = ''] = /dockerfile: (\S+) /.exec(compose) ?? []
    expect(existsSync(join(root, file))).toBe(true)
    const mounted = [...compose.matchAll(/- \.\/(\S+?):/g)].map(([, path = '']) => path)
    expect(mounted).toHaveLength(2)
    for (const path of mounted) expect(existsSync(join(root, 'deploy', path)), path).toBe(true)
    expect(read('deploy/prometheus.yml')).toContain('rule_files: [alerts.yml]')
  })

  test('lets nothing be written but the folder of the node, and keeps that out of Git', () => {
    expect(compose).toMatch(/^ {4}read_only: true$/m)
    expect(compose).toMatch(/^ {4}cap_drop: \[ALL\]$/m)
    expect(compose).toContain('"./node:/etc/boltwarden"')
    expect(dockerfile).toContain('BOLTWARDEN_CONFIG=/etc/boltwarden/boltwarden.toml')
    const [, secret = ''] = /^ {2}(\w+): \{ file: \.\/passphrase \}$/m.exec(compose) ?? []
    expect(commandIn(compose)).toContain(`/run/secrets/${secret}`)
    const kept = read('.gitignore').split('\n')
    for (const path of ['deploy/node/', 'deploy/passphrase']) expect(kept).toContain(path)
  })
})
