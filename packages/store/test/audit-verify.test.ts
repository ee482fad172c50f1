import { createHash } from 'node:crypto'
import { compactSignature } from '@boltwarden/core/bytes'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import {
  type AuditFact,
  type AuditHead,
  type AuditRow,
  type AuditTrust,
  auditAct,
  auditHash,
  decodeAuditRow,
  emptyChain,
  encodeAuditRow,
  makeCheckpoint,
  nextRow,
  verifyAudit,
} from '@boltwarden/store'
import { author, filled, ledgerEntry, pointDelivery } from '@boltwarden/store/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const secp256k1 = await loadSecp256k1('auto')
const signWith = (key: Uint8Array) => (digest: Parameters<typeof secp256k1.sign>[0]) =>
  compactSignature(secp256k1.sign(digest, key))
const publicKey = secp256k1.publicKey(filled(1))
const trust: AuditTrust = { publicKey, secp256k1 }

function decision(event: string): AuditFact {
  const recorded = ledgerEntry(pointDelivery(event, 7))
  const { kind: request, receivedAtMs: atMs, sentAtMs: _sentAtMs, ...entry } = recorded
  return { type: 'decision', request, atMs, ...entry, grantDigest: filled(3) }
}

function chained(facts: readonly AuditFact[], from: AuditHead = emptyChain): AuditRow[] {
  const rows: AuditRow[] = []
  let head = from
  for (const fact of facts) {
    const row = nextRow(head, fact)
    rows.push(row)
    head = row
  }
  return rows
}

/** Ten decisions, a checkpoint of them, and ten more. */
function log(): { readonly rows: readonly AuditRow[]; readonly checkpoint: AuditHead } {
  const first = chained(Array.from({ length: 10 }, (_, at) => decision(`e-${at}`)))
  const head = first.at(-1) ?? emptyChain
  const checkpoint = makeCheckpoint(head, 9, signWith(filled(1)))
  const rest = Array.from({ length: 10 }, (_, at) => decision(`l-${at}`))
  const rows = [...first, ...chained([{ type: 'checkpoint', ...checkpoint }, ...rest], head)]
  return { rows, checkpoint }
}

const flawsOf = async (rows: readonly AuditRow[], more: Partial<AuditTrust> = {}) =>
  (await verifyAudit(rows, { ...trust, ...more })).findings.map(
    ({ sequence, flaw }) => `${flaw} ${sequence}`,
  )

describe('an audit log', () => {
  test('that is whole has no flaw, and says how far it is signed', async () => {
    const { rows, checkpoint } = log()
    const last = rows.at(-1) ?? emptyChain
    expect(await verifyAudit(rows, { ...trust, kept: [checkpoint, last] })).toEqual({
      rows: 21,
      checkpoints: 1,
      signedUpTo: 10,
      head: { sequence: 21, hash: last.hash },
      findings: [],
    })
    expect(await verifyAudit([], trust)).toMatchObject({ rows: 0, head: emptyChain, findings: [] })
  })

  test('whose row was altered shows it, at the row or where the chain breaks', async () => {
    const { rows } = log()
    const altered = rows.map((row) =>
      row.sequence === 4 ? { ...row, fact: decision('forged') } : row,
    )
    expect(await flawsOf(altered)).toEqual(['altered 4'])
    const rehashed = rows.map((row) =>
      row.sequence === 4 ? nextRow(rows[2] ?? emptyChain, decision('forged')) : row,
    )
    expect(await flawsOf(rehashed)).toEqual(['unlinked 5'])
  })

  test('that lacks a row, has one twice or in another order, shows it', async () => {
    const { rows } = log()
    expect(await flawsOf(rows.toSpliced(3, 1))).toEqual(['missing 5'])
    expect(await flawsOf(rows.toSpliced(3, 0, ...rows.slice(2, 3)))).toEqual(['reordered 3'])
    const [third, fourth] = rows.slice(2, 4)
    if (third === undefined || fourth === undefined) throw new TypeError('"rows" expected four')
    expect(await flawsOf(rows.toSpliced(2, 2, fourth, third))).toEqual([
      'missing 4',
      'reordered 3',
      'missing 5',
    ])
  })

  test('whose tail was cut shows it by what was kept elsewhere', async () => {
    const { rows, checkpoint } = log()
    expect(await flawsOf(rows.slice(0, 9), { kept: [checkpoint] })).toEqual(['cut 10'])
    expect(await flawsOf(rows.slice(0, 9))).toEqual([])
  })

  test('that was written anew above a checkpoint contradicts it', async () => {
    const { rows } = log()
    const seal = rows[10]?.fact
    if (seal === undefined) throw new TypeError('"rows" expected a checkpoint')
    const forged = chained(Array.from({ length: 10 }, (_, at) => decision(`forged-${at}`)))
    const anew = [...forged, ...chained([seal], forged.at(-1))]
    expect(await flawsOf(anew)).toEqual(['contradicted 11'])
    const place = { sequence: 10, hash: rows[9]?.hash ?? filled(0) }
    expect(await flawsOf(forged, { kept: [place] })).toEqual(['contradicted 10'])
  })

  test('whose checkpoint another key signed shows it', async () => {
    const { rows, checkpoint } = log()
    const forged = makeCheckpoint(checkpoint, 9, signWith(filled(2)))
    const head = rows[9] ?? emptyChain
    const anew = [...rows.slice(0, 10), ...chained([{ type: 'checkpoint', ...forged }], head)]
    expect(await flawsOf(anew)).toEqual(['unsigned 11'])
    expect(await flawsOf(rows.slice(10), { anchor: forged })).toEqual(['unsigned 10'])
    const anchor = makeCheckpoint(checkpoint, 9, signWith(filled(1)))
    expect(await flawsOf(rows.slice(10), { anchor })).toEqual([])
  })

  test('with any one thing changed has a flaw', async () => {
    const { rows, checkpoint } = log()
    const kept = [rows.at(-1) ?? checkpoint]
    await fc.assert(
      fc.asyncProperty(
        fc.nat(20),
        fc.nat(31),
        fc.integer({ min: 1, max: 255 }),
        async (at, byte, bits) => {
          const flip = (bytes: Uint8Array) => bytes.with(byte, (bytes[byte] ?? 0) ^ bits)
          for (const change of [
            (row: AuditRow) => ({ ...row, hash: flip(row.hash) }),
            (row: AuditRow) => ({ ...row, previous: flip(row.previous) }),
            (row: AuditRow) => ({ ...row, sequence: row.sequence + bits }),
            (row: AuditRow) => ({ ...row, fact: auditAct('policy-loaded', author, `${bits}`) }),
          ]) {
            const changed = rows.map((row, index) => (index === at ? change(row) : row))
            expect((await flawsOf(changed, { kept })).length).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  test('is exported and read as it is', () => {
    for (const row of log().rows) {
      expect(decodeAuditRow(encodeAuditRow(row))).toEqual({ ok: true, value: row })
    }
    const act = nextRow(emptyChain, auditAct('policy-loaded', author, 'a "b"'))
    expect(decodeAuditRow(encodeAuditRow(act))).toEqual({ ok: true, value: act })
    expect(decodeAuditRow(encodeAuditRow(act).replace('policy-loaded', 'x')).ok).toBe(false)
  })
})

describe('the hash of a row', () => {
  test('is over bytes that are written down', () => {
    // Computed by hand of the layout in the docstring; it must never change.
    expect(
      Buffer.from(auditHash(1, filled(0), auditAct('policy-loaded', author, 'd'))).toString('hex'),
    ).toBe(expectedHash())
  })

  test('tells texts apart that read the same when joined', () => {
    const at = (who: string, detail: string) =>
      auditHash(1, filled(0), auditAct('policy-loaded', { who, atMs: 5 }, detail))
    expect(at('ab', 'c')).not.toEqual(at('a', 'bc'))
  })
})

/** The same bytes, put together without the code under test. */
function expectedHash(): string {
  const number = (value: number, width: number) => value.toString(16).padStart(2 * width, '0')
  const text = (value: string) => number(value.length, 4) + Buffer.from(value).toString('hex')
  const bytes = [
    text('boltwarden/audit/row/1'),
    number(1, 8),
    '00'.repeat(32),
    text('act'),
    number(5, 8),
    text('policy-loaded'),
    text('tester'),
    text('d'),
  ]
  return createHash('sha256')
    .update(Buffer.from(bytes.join(''), 'hex'))
    .digest('hex')
}
