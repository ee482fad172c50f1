import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { txid } from '@boltwarden/core/bytes'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { createStore, makeCheckpoint, verifyStore } from '@boltwarden/store'
import { backUpSqlite, openSqlite, openSqliteUpkeep } from '@boltwarden/store/sqlite'
import {
  channelState,
  declines,
  filled,
  hashDelivery,
  issues,
  pointDelivery,
  signs,
} from '@boltwarden/store/testing'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realm, sqliteFile } from './sqlite-database.ts'

const keys = Keychain.fromSeed(filled(1), { secp256k1: portable })
const trust = { publicKey: keys.publicKey({ purpose: 'audit' }), secp256k1: portable }
const author = { who: 'tester', atMs: 5 }
const file = sqliteFile()
let copies = 0

beforeAll(async () => {
  const store = createStore(openSqlite({ path: file.path, realm }))
  for (const [at, event] of ['e-1', 'e-2'].entries()) {
    const { delivery, body } = withBody(pointDelivery(event, at))
    await store.decide(delivery, signs(delivery, { channels: [committed(at)] }), { body })
  }
  const asked = withBody(hashDelivery('e-3', 'Invoice:1')).delivery
  await store.decide(asked, issues(asked, 'Invoice:1', 3))
  const refused = pointDelivery('e-4', 1)
  await store.decide(refused, declines(refused))
  const { head } = await store.generation()
  const seal = makeCheckpoint(head, 9, (it) => keys.signAudit(it))
  await store.audit.append({ type: 'checkpoint', ...seal })
  await store[Symbol.asyncDispose]()
})
afterAll(() => file.destroy())

function withBody(delivery: Delivery) {
  const body = new TextEncoder().encode(delivery.event)
  const bodyHash = new Uint8Array(createHash('sha256').update(body).digest())
  return { delivery: { ...delivery, bodyHash }, body }
}

function committed(channel: number) {
  const htlc = {
    way: 'incoming' as const,
    paymentHash160: hash160(filled(7).subarray(12)),
    amountSats: sats(5n),
    cltvExpiry: 500,
  }
  const commitment = {
    number: commitmentNumber(1),
    txid: txid(filled(channel)),
    toHolderSats: sats(1n),
    feeSats: sats(1n),
    htlcs: [htlc],
  }
  return { ...channelState(channel), commitments: [commitment] }
}

/** What is found in a copy of the store to which something was done. */
async function verifyAfter(change: string, kept = trust) {
  const path = join(dirname(file.path), `copy-${copies++}.db`)
  backUpSqlite(file.path, path, '')
  const database = new Database(path)
  database.exec(change)
  database.close()
  const upkeep = openSqliteUpkeep({ path })
  const backend = openSqlite({ path, realm, evenHalted: true })
  try {
    return await verifyStore(upkeep, backend, kept)
  } finally {
    await upkeep[Symbol.asyncDispose]()
    await backend[Symbol.asyncDispose]()
  }
}

describe('verifying a store', () => {
  test('finds nothing wrong with one that was only used', async () => {
    const report = await verifyAfter('SELECT 1')
    expect(report).toMatchObject({
      rows: { states: 3, ledger: 4, outbox: 2, audit: 5 },
      audit: { signedUpTo: 4, checkpoints: 1 },
      halted: { cause: 'restored' },
      problems: 0,
      findings: [],
    })
  })

  const state = (change: string, where: string) =>
    `UPDATE channels SET state = ${change} WHERE ${where}`
  test.each([
    ['DROP INDEX outbox_due', 'database', '', /outbox_due/],
    [state(`'{}'`, 'channel = 0'), 'channels', 'm/3/0', /^does not read: /],
    [
      state(`replace(state, '"channel":1', '"channel":2')`, 'channel = 1'),
      'channels',
      'm/3/1',
      /another row/,
    ],
    [
      `UPDATE channels SET funding_txid = 'ab' WHERE channel = 0`,
      'channels',
      'm/3/0',
      /another funding/,
    ],
    ['DELETE FROM incoming_htlcs WHERE channel = 1', 'channels', 'm/3/1', /is not found/],
    [`INSERT INTO incoming_htlcs VALUES ('ab', 1)`, 'channels', 'm/3/1', /does not have/],
    [`UPDATE invoices SET nonce = 'cd'`, 'invoices', 'Invoice:1', /another row/],
    [`INSERT INTO intents VALUES ('rent', 'k', '{}')`, 'intents', 'rent', /does not read/],
    [`INSERT INTO spends VALUES ('k', '{}')`, 'spends', 'k', /does not read/],
    [`INSERT INTO node VALUES (1, 'x')`, 'node', '1', /expected JSON/],
    [`UPDATE events SET kind = 'x' WHERE event = 'e-4'`, 'ledger', 'e-4', /"kind" is unknown/],
    [
      `UPDATE events SET verdict = 'sign' WHERE event = 'e-4'`,
      'ledger',
      'e-4',
      /in no row of the audit/,
    ],
    [`DELETE FROM events WHERE event = 'e-4'`, 'ledger', 'e-4', /not in the ledger/],
    [
      `UPDATE events SET answered_at = 1, answer_digest = '${'ab'.repeat(32)}' WHERE event = 'e-1'`,
      'outbox',
      'e-1',
      /accepted already/,
    ],
    [`UPDATE outbox SET body = x'00' WHERE event = 'e-1'`, 'outbox', 'e-1', /body is not that of/],
    [`UPDATE outbox SET verdict = 'decline' WHERE event = 'e-1'`, 'outbox', 'e-1', /otherwise/],
    [
      `UPDATE outbox SET sequence = 4 WHERE event = 'e-1'`,
      'outbox',
      'e-1',
      /row 4 of the audit log/,
    ],
    [`UPDATE outbox SET is_first = 0 WHERE event = 'e-2'`, 'outbox', 'e-2', /though first/],
    [`UPDATE outbox SET lane = 'm/3/0'`, 'outbox', 'e-2', /out of turn/],
    [`UPDATE audit SET fact = replace(fact, 'e-2', 'e-9')`, 'audit', '2', /altered/],
    ['DELETE FROM audit WHERE sequence = 2', 'audit', '3', /missing/],
    ['DELETE FROM audit WHERE sequence = 5', 'audit', '5', /ends at 4/],
    ['DELETE FROM chain', 'audit', 'chain', /missing/],
  ])('%s', async (change, check, at, message) => {
    const { findings, problems } = await verifyAfter(change)
    expect(findings).toContainEqual({ check, at, message: expect.stringMatching(message) })
    expect(problems).toBe(findings.length)
  })

  test('finds a tail that was cut, by what was kept elsewhere', async () => {
    const cut = `DELETE FROM audit WHERE sequence > 3; DELETE FROM events WHERE event = 'e-4';
      UPDATE chain SET sequence = 3, hash = (SELECT hash FROM audit WHERE sequence = 3)`
    expect((await verifyAfter(cut)).problems).toBe(0)
    const kept = { ...trust, kept: [{ sequence: 4, hash: filled(9) }] }
    const { findings } = await verifyAfter(cut, kept)
    expect(findings).toEqual([{ check: 'audit', at: '4', message: 'cut' }])
  })

  test('finds a checkpoint of another key', async () => {
    const other = Keychain.fromSeed(filled(2), { secp256k1: portable })
    const publicKey = other.publicKey({ purpose: 'audit' })
    const { findings } = await verifyAfter('SELECT 1', { ...trust, publicKey })
    expect(findings).toEqual([{ check: 'audit', at: '5', message: 'unsigned' }])
  })

  test('takes the anchor for what was pruned, and forgets what is old and closed', async () => {
    const path = join(dirname(file.path), 'pruned.db')
    backUpSqlite(file.path, path, '')
    const backend = openSqlite({ path, realm, evenHalted: true })
    await backend.prune(3, author)
    const [, , third] = await backend.audit.rows()
    if (third === undefined) throw new TypeError('three')
    await backend.audit.prune(
      makeCheckpoint(third, 9, (it) => keys.signAudit(it)),
      author,
    )
    const upkeep = openSqliteUpkeep({ path })
    const report = await verifyStore(upkeep, backend, trust)
    expect(report).toMatchObject({ rows: { ledger: 3 }, problems: 0, audit: { signedUpTo: 4 } })
    await upkeep[Symbol.asyncDispose]()
    await backend[Symbol.asyncDispose]()
  })
})
