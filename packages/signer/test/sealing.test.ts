import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { auditAct, createStore } from '@boltwarden/store'
import { openSqlite } from '@boltwarden/store/sqlite'
import { pointDelivery, signs } from '@boltwarden/store/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { tamper } from '../../store/test/tamper.ts'
import { sealFileOf } from '../src/store-care/care.ts'
import { Sealing } from '../src/store-care/sealing.ts'
import { quietLogger, testConfig } from './shared/deps.ts'
import { hashRequest } from './shared/events.ts'
import { ManualClock } from './shared/manual-clock.ts'
import { startPlatform } from './shared/platform.ts'
import { startTestService } from './shared/service.ts'

const author = { who: 'an operator', atMs: 1 }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A store with its seal, in a folder of its own. */
function sealedStore() {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-sealing-'))
  closers.push(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'state.sqlite')
  const base = testConfig()
  const config = {
    ...base,
    store: { ...base.store, file, seal_file: join(folder, 'seal', 'state.seal') },
  }
  const keychain = Keychain.fromSeed(new Uint8Array(32).fill(9), { secp256k1: portable })
  const realm = { fingerprint: keychain.fingerprint, network: 'REGTEST' } as const
  const store = createStore(openSqlite({ path: file, realm }))
  closers.push(() => store[Symbol.asyncDispose]())
  const clock = new ManualClock()
  const lines: string[] = []
  const suspicions: string[] = []
  const start = async () => {
    const deps = { store, keychain, clock, logger: quietLogger(lines) }
    const onSuspicion = () => suspicions.push('seal')
    const sealing = await Sealing.start(config, { ...deps, onSuspicion })
    closers.push(() => sealing.close())
    return sealing
  }
  const decide = (n: number) => {
    const delivery = pointDelivery(`e-${n}`, n)
    return store.decide(delivery, signs(delivery))
  }
  const accept = (reason: string) => sealFileOf(config, store, keychain).accept(author, reason)
  return { file, store, clock, lines, suspicions, start, decide, accept }
}

describe('a store that somebody accepts while a signer runs', () => {
  test('is the one that is sealed from then on: the signer goes on and is ready', async () => {
    const platform = await startPlatform()
    const { service, keychain, config, post, remove, lines } = await startTestService({
      seedHex: '000102030405060708090a0b0c0d0e0f',
      webhookSecret: 'a-webhook-secret-of-the-tests',
      platformUrl: platform.url,
    })
    closers.push(platform.close, remove, () => service.close())
    const readiness = async () => (await fetch(`${service.adminUrl}/readyz`)).status
    expect((await post(hashRequest('Invoice:1'))).status).toBe(200)
    expect(await readiness()).toBe(200)
    const realm = { fingerprint: keychain.fingerprint, network: config.network }
    const beside = openSqlite({ path: config.store.file, realm })
    await sealFileOf(config, beside, keychain).accept(author, 'it is the right one')
    await beside[Symbol.asyncDispose]()
    expect(await readiness()).toBe(200)
    expect((await post(hashRequest('Invoice:2'))).status).toBe(200)
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text()
    expect(metrics).toContain('boltwarden_rollback_suspected 0')
    expect(lines.join('')).not.toContain('gone back')
  })

  test('after it was found to be old: the signer signs nothing until it is started again', async () => {
    const { file, store, lines, suspicions, start, decide, accept } = sealedStore()
    await decide(1)
    const sealing = await start()
    const guarded = sealing.guard(store)
    expect(sealing.isSuspicious).toBe(false)
    tamper(file, "UPDATE chain SET lineage = 'ab' || substr(lineage, 3)")
    await decide(2)
    await sealing.renew()
    expect([sealing.isSuspicious, suspicions]).toEqual([true, ['seal']])
    await expect(guarded.health()).rejects.toMatchObject({ code: 'STORE_NOT_ACCEPTED' })
    await accept('it is the right one')
    await sealing.renew()
    await expect(guarded.health()).rejects.toMatchObject({ code: 'STORE_NOT_ACCEPTED' })
    expect(lines.join('')).toContain('start this signer again')
    const again = await start()
    await expect(again.guard(store).health()).resolves.toBeUndefined()
  })
})

test('another store of the same generation is noticed too', async () => {
  const { file, store, start, decide } = sealedStore()
  await decide(1)
  const sealing = await start()
  tamper(file, "UPDATE chain SET lineage = 'ab' || substr(lineage, 3)")
  await sealing.renew()
  await expect(sealing.guard(store).health()).rejects.toMatchObject({ code: 'STORE_NOT_ACCEPTED' })
})

describe('checkpoints of the audit log', () => {
  test('come by time, also where nothing more is decided, and by none where nothing is new', async () => {
    const { store, clock, start, decide } = sealedStore()
    const sealing = await start()
    expect(sealing.checkpointAgeSeconds).toBe(0)
    await decide(1)
    clock.pass(5_000)
    await sealing.renew()
    clock.pass(595_000)
    expect(sealing.checkpointAgeSeconds).toBe(600)
    await sealing.renew()
    expect((await store.audit.rows()).map(({ fact }) => fact.type)).toEqual([
      'decision',
      'checkpoint',
    ])
    expect(sealing.checkpointAgeSeconds).toBe(0)
    clock.pass(600_000)
    await sealing.renew()
    expect((await store.generation()).head.sequence).toBe(2)
    expect(sealing.checkpointAgeSeconds).toBe(0)
  })

  test('are known of after a restart', async () => {
    const { store, clock, start, decide } = sealedStore()
    const sealing = await start()
    await decide(1)
    clock.pass(600_000)
    await sealing.close()
    expect((await store.generation()).head.sequence).toBe(2)
    const again = await start()
    expect(again.checkpointAgeSeconds).toBe(0)
    await store.audit.append(auditAct('policy-loaded', author, 'p'))
    await again.renew()
    clock.pass(60_000)
    expect(again.checkpointAgeSeconds).toBe(60)
  })
})
