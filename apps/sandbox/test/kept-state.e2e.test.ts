import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addUp, readAccounts } from '../src/demo/accounts.ts'
import { type DemoSet, openSet } from '../src/demo/set.ts'
import { createNodeBackend } from '../src/lightning/node-backend.ts'
import { openStageFolder } from '../src/lightning/stage-folder.ts'
import { StateError, type StateErrorCode } from '../src/lightning/state-error.ts'
import { start } from './built-command.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-state-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const { signal } = new AbortController()
const state = () => join(folder, 'state')
const inSandbox = (name: string) => join(state(), 'sandbox', name)

/** All that is kept in a folder, from its start to its orderly end. */
async function playing<T>(play: (set: DemoSet) => Promise<T>): Promise<T> {
  const set = await openSet({ channels: 6, signal, state: state() })
  try {
    return await play(set)
  } finally {
    await set.close()
  }
}

async function payBothWays({ stage }: DemoSet): Promise<void> {
  expect(await stage.pay(stage.alice(), stage.bob, 30_000_000n)).toMatchObject({ state: 'sent' })
  expect(await stage.pay(stage.bob, stage.alice(), 20_000_000n)).toMatchObject({ state: 'sent' })
}

function codeOf(open: () => unknown): StateErrorCode | undefined {
  try {
    open()
    return undefined
  } catch (error) {
    if (error instanceof StateError) return error.code
    throw error
  }
}

describe('chain, platform, nodes and signer in a folder', () => {
  test('a channel is opened and used, and all of it is stopped', async () => {
    await playing(async (set) => {
      expect(set.isOld).toBe(false)
      await set.stage.open(set.stage.alice(), set.stage.bob, { pushMsat: 400_000_000n })
      await payBothWays(set)
    })
    for (const name of ['nodes.json', 'entities.ndjson', 'chain.ndjson']) {
      expect(statSync(inSandbox(name)).mode & 0o777).toBe(0o600)
    }
    expect(existsSync(join(state(), 'phrase'))).toBe(false)
  })

  test('what a crash leaves in the middle of a payment is not played on', async () => {
    const crashed = join(folder, 'crashed')
    await playing(async ({ isOld, stage }) => {
      expect(isOld).toBe(true)
      const paid = stage.pay(stage.bob, stage.alice(), 5_000_000n)
      cpSync(join(state(), 'sandbox'), crashed, { recursive: true })
      expect(await paid).toMatchObject({ state: 'sent' })
    })
    expect(codeOf(() => openStageFolder(crashed))).toBe('STATE_OLD')
  })

  test('nodes from before the last payment are not played on, those from after it are', async () => {
    const [old, current] = [join(folder, 'old.json'), join(folder, 'current.json')]
    copyFileSync(inSandbox('nodes.json'), old)
    await playing(payBothWays)
    copyFileSync(inSandbox('nodes.json'), current)
    copyFileSync(old, inSandbox('nodes.json'))
    await expect(openSet({ channels: 6, signal, state: state() })).rejects.toThrow(/^STATE_OLD: /)
    rmSync(inSandbox('nodes.json'))
    await expect(openSet({ channels: 6, signal, state: state() })).rejects.toThrow('never saved')
    copyFileSync(current, inSandbox('nodes.json'))
    await playing(payBothWays)
  })

  test.each([
    [
      'a chain of another time',
      'chain.ndjson',
      'STATE_FOREIGN',
      (text: string) => text.slice(0, -9),
    ],
    [
      'entities that were changed',
      'entities.ndjson',
      'STATE_FOREIGN',
      (text: string) => text.replace('Sandbox', 'Sandbax'),
    ],
    [
      'another version',
      'nodes.json',
      'STATE_VERSION',
      (text: string) => text.replace('"version":1', '"version":2'),
    ],
  ])('%s is refused', (_what, name, code, change) => {
    const copy = join(folder, `changed-${code}-${name}`)
    cpSync(join(state(), 'sandbox'), copy, { recursive: true })
    expect(codeOf(() => openStageFolder(copy))).toBe(undefined)
    writeFileSync(join(copy, name), change(readFileSync(join(copy, name), 'utf8')))
    expect(codeOf(() => openStageFolder(copy))).toBe(code)
  })

  test('the API shows the old channel, it is closed together, and every satoshi is there', async () => {
    await playing(async ({ signer, stage, mallory, chain }) => {
      const backend = await createNodeBackend(stage, signer.sandbox.platform)
      expect(backend.channels()).toMatchObject([{ status: 'OK', capacityMsat: 1_000_000_000n }])
      await stage.closeTogether(stage.alice(), stage.bob)
      const owners = [stage.alice(), stage.bob, mallory].map(({ name, wallet }) => ({
        name,
        owns: (outPoint: Parameters<typeof wallet.coins.find>[0]) =>
          wallet.coins.find(outPoint) !== undefined,
      }))
      const accounts = readAccounts(chain, owners)
      expect(accounts.gave).toBe(30_000_000n)
      expect(addUp(accounts)).toBe(true)
      // 600,000 were ours; three times 30,000 went out and 20,000 came, and 5,000 once.
      const [ours] = accounts.wallets
      const fees = 10_000_000n - 400_000n - 3n * 10_000n + 5_000n - (ours?.sats ?? 0n)
      expect(fees).toBeGreaterThanOrEqual(0n)
      expect(fees).toBeLessThan(5_000n)
    })
  })
})

test('the demo that is kept stops on SIGTERM, and goes on with the same channel', async () => {
  const kept = join(folder, 'demo')
  const demo = async (play: (page: string) => Promise<void>, end: NodeJS.Signals) => {
    const running = start(['demo', '--state', kept, '--json'])
    await play(/"page":"([^"]+)"/.exec(await running.printed('"page":'))?.[1] ?? '')
    running.signal(end)
    const { code, out } = await running.ended
    expect(code).toBe(0)
    return out
  }
  const channelOf = async (page: string) => {
    const view: { channels: { id: string }[] } = JSON.parse(
      await (await fetch(`${page}view.json`)).text(),
    )
    return view.channels[0]
  }
  const seen: { id?: string | undefined } = {}
  const first = await demo(async (page) => {
    seen.id = (await channelOf(page))?.id
  }, 'SIGTERM')
  expect(first).toContain('"act":"cheat"')
  const second = await demo(async (page) => {
    expect(await channelOf(page)).toMatchObject({ id: seen.id, sendSats: 590_000, isUsable: true })
    const headers = { 'content-type': 'application/json' }
    for (const act of ['pay', 'receive']) {
      const body = JSON.stringify({ act })
      const note = await (await fetch(`${page}act`, { method: 'POST', headers, body })).json()
      expect(note).toMatchObject({ ok: true })
    }
    expect(await channelOf(page)).toMatchObject({ sendSats: 600_000 })
  }, 'SIGINT')
  expect(second).not.toContain('"act"')
}, 180_000)
