import { compactSignature } from '@boltwarden/core/bytes'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { sats } from '@boltwarden/core/units'
import { type AuditSigner, type Checkpoint, makeCheckpoint } from '../audit/checkpoint.ts'
import { type AuditHead, auditAct, emptyChain } from '../audit/row.ts'
import { type AuditReport, verifyAudit } from '../audit/verify.ts'
import type { Store } from '../store.ts'
import type { Suite } from './contract.ts'
import {
  author,
  channelState,
  declines,
  filled,
  hashDelivery,
  issues,
  ledgerEntry,
  pointDelivery,
  signs,
} from './samples.ts'

const channelAmount = sats(7n)

/** The log of decisions and of what was done beside them, and how far the store has come. */
export function auditLog({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('the audit log', () => {
    test('has a row for each decision, chained to the one before', () =>
      withDatabase(async (open) => {
        const store = await open()
        const [first, second] = [pointDelivery('e-1', 7), pointDelivery('e-2', 8)]
        await store.decide(first, signs(first))
        await store.decide(second, declines(second))
        const rows = await (await open()).audit.rows()
        expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2])
        expect(rows[0]?.previous).toEqual(emptyChain.hash)
        expect(rows[1]?.previous).toEqual(rows[0]?.hash)
        expect(rows[1]?.fact).toEqual({
          type: 'decision',
          atMs: second.receivedAtMs,
          event: second.event,
          request: second.request.kind,
          bodyHash: second.bodyHash,
          policyHash: filled(9),
          verdict: 'decline',
          tags: ['policy-lightspark-network'],
        })
        expect(rows[0]?.fact.type === 'decision' && rows[0].fact.verdict).toBe('sign')
        expect((await store.generation()).head).toEqual(headOf(rows))
        expect((await verified(store)).findings).toEqual([])
        expect(await store.audit.rows({ after: 1 })).toEqual(rows.slice(1))
      }))

    test('has none for the same answer again, nor for what was not committed', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        await store.decide(delivery, signs(delivery))
        await store.decide(delivery, (view) => {
          const { entry: _entry, ...judgement } = signs(delivery)(view)
          return { ...judgement, writes: { channels: [] }, repeated: true }
        })
        const fails = () => {
          throw new RangeError('of the step')
        }
        await expect(store.decide(delivery, fails)).rejects.toMatchObject({ name: 'RangeError' })
        expect((await store.audit.rows()).length).toBe(1)
      }))

    test('has a row for each act, with its author', () =>
      withDatabase(async (open) => {
        const store = await open()
        const intent = {
          kind: 'withdrawal',
          id: 'rent',
          scriptPubKey: filled(1),
          amountSats: channelAmount,
          expiresAtMs: 9,
        } as const
        await store.registerIntent(intent, author)
        await store.removeIntent('rent', author)
        await store.removeIntent('rent', author)
        await store.adopt({ ...channelState(7), origin: 'adopted' }, author)
        await store.audit.append(auditAct('policy-loaded', author, 'x'.repeat(300)))
        const acts = (await store.audit.rows()).map(
          ({ fact }) => fact.type === 'act' && [fact.act, fact.who, fact.atMs, fact.detail.length],
        )
        expect(acts).toEqual([
          ['intent-registered', 'tester', 5, 'rent withdrawal 7 sats'.length],
          ['intent-removed', 'tester', 5, 'rent'.length],
          ['channel-adopted', 'tester', 5, 'm/3/7 Channel:7'.length],
          ['policy-loaded', 'tester', 5, 256],
        ])
        expect((await verified(store)).findings).toEqual([])
      }))

    test('stays provable from a signed anchor on when its beginning is pruned', () =>
      withDatabase(async (open) => {
        const store = await open()
        const { sign, ...key } = await auditKey()
        for (const n of [1, 2, 3]) {
          const delivery = pointDelivery(`e-${n}`, n)
          await store.decide(delivery, signs(delivery))
        }
        const rows = await store.audit.rows()
        const anchor = makeCheckpoint(headOf(rows.slice(0, 2)), 9, sign)
        await store.audit.append({ type: 'checkpoint', ...anchor })
        const wrong = { ...anchor, hash: filled(1) }
        await expect(store.audit.prune(wrong, author)).rejects.toMatchObject({ name: 'RangeError' })
        expect(await store.audit.anchor()).toBe(undefined)
        expect(await store.audit.prune(anchor, author)).toBe(2)
        expect(await store.audit.prune(anchor, author)).toBe(0)
        expect(await store.audit.anchor()).toEqual(anchor)
        const left = await (await open()).audit.rows()
        expect(left.map(({ sequence }) => sequence)).toEqual([3, 4, 5])
        const report = await verifyAudit(left, { ...key, anchor })
        expect(report.findings).toEqual([])
        expect(report.signedUpTo).toBe(2)
        await expect(store.audit.prune(headless(sign), author)).rejects.toMatchObject({
          name: 'RangeError',
        })
      }))
  })

  describe('the generation', () => {
    test('is raised by what is written, and by nothing else', () =>
      withDatabase(async (open) => {
        const store = await open()
        const before = await store.generation()
        expect(before.head).toEqual(emptyChain)
        const delivery = pointDelivery('e-1', 7)
        await store.decide(delivery, signs(delivery))
        const decided = await (await open()).generation()
        expect(decided.lineage).toBe(before.lineage)
        expect(decided.generation).toBe(before.generation + 1)
        await store.decide(delivery, (view) => {
          const { entry: _entry, ...judgement } = signs(delivery)(view)
          return { ...judgement, writes: { channels: [] }, repeated: true }
        })
        await store.outbox.claim({ instance: 'a', untilMs: 9 }, 8, 1)
        expect(await store.generation()).toEqual(decided)
        await store.markAnswered(delivery.event, filled(1), 10)
        expect((await store.generation()).generation).toBe(decided.generation + 1)
      }))

    test('of an accepted store is of another lineage, above what was expected', () =>
      withDatabase(async (open) => {
        const store = await open()
        const before = await store.generation()
        const after = await store.accept(author, 'restored on purpose', 1000)
        expect(after.lineage === before.lineage).toBe(false)
        expect(after.generation).toBe(1001)
        expect(await (await open()).generation()).toEqual(after)
        const [row] = await store.audit.rows()
        expect(row?.fact).toEqual(auditAct('store-accepted', author, 'restored on purpose'))
      }))
  })

  describe('the ledger', () => {
    test('forgets what is closed and old, and nothing else', () =>
      withDatabase(async (open) => {
        const store = await open()
        const answered = hashDelivery('e-1', 'Invoice:1')
        await store.decide(answered, issues(answered, 'Invoice:1', 1))
        await store.markAnswered(answered.event, filled(1), 10)
        const refused = pointDelivery('e-2', 7)
        await store.decide(refused, declines(refused))
        const open_ = pointDelivery('e-3', 7)
        await store.decide(open_, signs(open_))
        const late = { ...pointDelivery('e-4', 7), receivedAtMs: 50 }
        await store.decide(late, declines(late))
        expect(await store.prune(answered.receivedAtMs, author)).toBe(0)
        expect(await store.prune(50, author, 1)).toBe(1)
        expect(await store.prune(50, author)).toBe(1)
        expect(await store.prune(50, author)).toBe(0)
        expect(await store.counts()).toEqual({ channels: 0, invoices: 1, events: 2 })
        expect((await store.event(open_.event)) !== undefined).toBe(true)
        expect((await store.event(late.event)) !== undefined).toBe(true)
      }))

    test('forgets nothing that is dated later, or not, or whose answer waits', () =>
      withDatabase(async (open) => {
        const store = await open()
        const ahead = { ...pointDelivery('e-1', 7), timestampMs: 50 }
        await store.decide(ahead, declines(ahead))
        const undated = pointDelivery('e-2', 7)
        const { sentAtMs: _sentAtMs, ...entry } = ledgerEntry(undated, 'decline')
        await store.decide(undated, (view) => ({
          ...declines(undated)(view),
          writes: { event: entry, channels: [] },
        }))
        const waits = pointDelivery('e-3', 7)
        await store.decide(waits, signs(waits), { body: Uint8Array.of(1) })
        await store.decide(waits, declines(waits))
        expect(await store.prune(50, author)).toBe(0)
        expect((await store.audit.rows()).length).toBe(4)
        await store.markAnswered(waits.event, filled(1), 10)
        expect(await store.prune(50, author)).toBe(1)
        expect(await store.event(undated.event)).toEqual(entry)
      }))

    test('tells every decision from then on what it may have forgotten', () =>
      withDatabase(async (open) => {
        const store = await open()
        const forgottenBefore = async (event: string) => {
          const delivery = pointDelivery(event, 7)
          let shown: number | undefined
          await store.decide(delivery, (view) => {
            shown = view.forgottenBeforeMs
            return declines(delivery)(view)
          })
          return shown
        }
        expect(await forgottenBefore('e-1')).toBe(0)
        expect(await store.prune(1, author)).toBe(0)
        expect(await forgottenBefore('e-2')).toBe(0)
        expect(await store.prune(9, author)).toBe(2)
        expect(await forgottenBefore('e-3')).toBe(9)
        expect(await (await open()).prune(5, author)).toBe(1)
        expect(await forgottenBefore('e-4')).toBe(9)
        const { fact } = (await store.audit.rows()).at(-2) ?? {}
        expect(fact).toEqual(auditAct('events-pruned', author, '1 that arrived before 5'))
      }))
  })
}

function headOf(rows: readonly AuditHead[]): AuditHead {
  const { sequence, hash } = rows.at(-1) ?? emptyChain
  return { sequence, hash }
}

/** A place that no row is at. */
function headless(sign: AuditSigner): Checkpoint {
  return makeCheckpoint({ sequence: 1000, hash: filled(1) }, 9, sign)
}

async function verified(store: Store): Promise<AuditReport> {
  const { publicKey, secp256k1 } = await auditKey()
  return verifyAudit(await store.audit.rows({ limit: 1000 }), { publicKey, secp256k1 })
}

/** A key for checkpoints of tests. */
export async function auditKey() {
  const secp256k1 = await loadSecp256k1('auto')
  const key = filled(1)
  const sign: AuditSigner = (digest) => compactSignature(secp256k1.sign(digest, key))
  return { secp256k1, publicKey: secp256k1.publicKey(key), sign }
}
