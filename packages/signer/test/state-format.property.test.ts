import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channelId } from '@boltwarden/core/ids'
import { commitmentIndex, maxCommitmentIndex, sats } from '@boltwarden/core/units'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import type { Velocity } from '@boltwarden/policy/state/velocity'
import { openSqlite, openSqliteUpkeep, type Realm } from '@boltwarden/store/sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  channelState,
  intent,
  invoiceState,
  nodeState,
  spentOutput,
} from '../../policy/test/states.ts'
import { type CompleteState, decodeState, encodeState } from '../src/interchange/document.ts'
import { exportState, minimalOf } from '../src/interchange/export-state.ts'
import { carryOut } from '../src/interchange/import-state.ts'
import { isEmptyState, planImport } from '../src/interchange/plan.ts'
import { stateSchema, stateSchemaPage } from '../src/interchange/schema.ts'

const { FC_NUM_RUNS = '15' } = process.env
const numRuns = Number(FC_NUM_RUNS)
const realm: Realm = { fingerprint: '0011aabb', network: 'REGTEST' }
const author = { who: 'tester', atMs: 5 }

/** Any state whose parts do not contradict each other. */
const state: fc.Arbitrary<CompleteState> = fc.record({
  extent: fc.constant('complete' as const),
  realm: fc.constant(realm),
  generation: fc.constant({ lineage: 'ab'.repeat(16), generation: 7 }),
  channels: fc
    .uniqueArray(channelState, { maxLength: 4, selector: ({ channel }) => channel })
    .map((list) => list.map(possible)),
  invoices: fc.uniqueArray(invoiceState, { maxLength: 4, selector: ({ invoice }) => invoice }),
  intents: fc.uniqueArray(intent, { maxLength: 4, selector: ({ id }) => id }),
  spends: fc.uniqueArray(spentOutput, { maxLength: 4, selector: outPointKey }),
  node: nodeState.map((node) => ({
    ...node,
    lightningOut: ascending(node.lightningOut),
    onchainOut: ascending(node.onchainOut),
    onchainFees: ascending(node.onchainFees),
    trimmedPreimages: ascending(node.trimmedPreimages),
  })),
})

/** A channel as it can be: no number twice, and no secrets that contradict each other. */
function possible({ adoptedSecrets: _any, ...one }: ChannelState): ChannelState {
  const byNumber = new Map(one.commitments.map((commitment) => [commitment.number, commitment]))
  const commitments = [...byNumber.values()].sort((a, b) => a.number - b.number)
  return { ...one, id: channelId(`Channel:${one.channel}`), commitments }
}

/** Sums as they are kept: one for each five minutes, ascending. */
function ascending(velocity: Velocity): Velocity {
  const bySlot = new Map(velocity.map((bucket) => [bucket.slot, bucket]))
  return [...bySlot.values()].sort((a, b) => a.slot - b.slot)
}

/** An empty store for `body`. */
async function withEmptyStore<T>(
  body: (
    add: (document: CompleteState) => Promise<CompleteState>,
    prepare: (document: CompleteState) => Promise<() => Promise<void>>,
  ) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-state-'))
  const path = join(folder, 'state.db')
  const backend = openSqlite({ path, realm })
  const upkeep = openSqliteUpkeep({ path })
  const prepare = async (document: CompleteState) => {
    const ours = await exportState({ backend, upkeep, realm })
    const plan = planImport(ours, document, isEmptyState(ours))
    expect(plan.conflicts).toEqual([])
    return () => carryOut(plan, ours, backend, author, '')
  }
  const add = async (document: CompleteState) => {
    const carry = await prepare(document)
    await carry()
    return exportState({ backend, upkeep, realm })
  }
  try {
    return await body(add, prepare)
  } finally {
    await upkeep[Symbol.asyncDispose]()
    await backend[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  }
}

/** What a state says, whatever the order of its parts. */
function sorted(document: CompleteState) {
  const { generation: _own, ...rest } = JSON.parse(encodeState(document))
  for (const name of ['channels', 'invoices', 'intents', 'spends']) {
    rest[name] = rest[name].map((item: object) => JSON.stringify(item)).sort()
  }
  return rest
}

describe('an exported state', () => {
  test('reads as it was written, and as its schema says', () => {
    fc.assert(
      fc.property(state, (written) => {
        const text = encodeState(written)
        expect(decodeState(text)).toEqual({ ok: true, value: written })
        expect(stateSchema.safeParse(JSON.parse(text)).error).toBeUndefined()
        const minimal = minimalOf(written)
        expect(decodeState(encodeState(minimal))).toEqual({ ok: true, value: minimal })
        expect(stateSchema.safeParse(JSON.parse(encodeState(minimal))).error).toBeUndefined()
      }),
      { numRuns },
    )
  })

  test('imported into an empty store and exported again is the same', async () => {
    await fc.assert(
      fc.asyncProperty(state, async (document) => {
        await withEmptyStore(async (add) => {
          const exported = await add(document)
          expect(sorted(exported)).toEqual(sorted(document))
          const again = await add(exported)
          expect(sorted(again)).toEqual(sorted(document))
        })
      }),
      { numRuns },
    )
  })

  test('that is older lowers nothing in a store that is newer', async () => {
    const index = fc.nat(1000)
    await fc.assert(
      fc.asyncProperty(state, index, index, async (document, older, newer) => {
        const at = (below: number): CompleteState => ({
          ...document,
          channels: document.channels.map((channel) => ({
            ...channel,
            lowestPoint: commitmentIndex(maxCommitmentIndex - below),
          })),
        })
        await withEmptyStore(async (add) => {
          const newest = Math.max(older, newer)
          await add(at(newest))
          const exported = await add(at(older))
          expect(sorted(exported).channels).toEqual(sorted(at(newest)).channels)
        })
      }),
      { numRuns },
    )
  })

  test('is not written over what was changed since it was looked at', async () => {
    await fc.assert(
      fc.asyncProperty(state, async (document) => {
        fc.pre(!isEmptyState(document))
        await withEmptyStore(async (add, prepare) => {
          const carry = await prepare(document)
          const node = { ...document.node, lightningOut: [{ slot: 1, sats: sats(9n) }] }
          const channels = document.channels.map((channel) => ({
            ...channel,
            lowestPoint: commitmentIndex(0),
          }))
          const before = await add({ ...document, channels, node })
          await expect(carry()).rejects.toMatchObject({
            code: expect.stringMatching(/^STORE_(IN_USE|CONFLICT)$/),
          })
          expect(sorted(await add(before))).toEqual(sorted(before))
        })
      }),
      { numRuns },
    )
  })

  test.each([
    ['of another version', (text: string) => text.replace('"v": 1', '"v": 2')],
    ['of another format', (text: string) => text.replace('boltwarden-state', 'other')],
    ['with a field left over', (text: string) => text.replace('"v": 1', '"v": 1, "more": 1')],
    ['that is cut', (text: string) => text.slice(0, -9)],
  ])('%s is refused', (_name, change) => {
    const [written] = fc.sample(state, 1)
    if (written === undefined) throw new TypeError('one')
    expect(decodeState(change(encodeState(written))).ok).toBe(false)
  })

  test('that names one channel twice is refused', () => {
    const [channel] = fc.sample(channelState, 1)
    const [written] = fc.sample(state, 1)
    if (channel === undefined || written === undefined) throw new TypeError('one')
    const text = encodeState({ ...written, channels: [channel, channel] })
    expect(decodeState(text)).toMatchObject({ ok: false })
  })
})

test('docs/state-format.schema.json is what the schema says', () => {
  const page = new URL('../../../docs/state-format.schema.json', import.meta.url)
  // UPDATE_DOCS=1 writes the page anew.
  const { UPDATE_DOCS } = process.env
  if (UPDATE_DOCS === '1') writeFileSync(page, stateSchemaPage())
  expect(readFileSync(page, 'utf8')).toBe(stateSchemaPage())
})
