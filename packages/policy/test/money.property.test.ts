import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { createPolicy } from '@boltwarden/policy/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asking,
  change,
  coin,
  nowMs,
  pays,
  receive,
  scriptOf,
  spendingTransaction,
  stranger,
  walletJob,
} from './onchain.ts'
import { Signer } from './signer.ts'

const { FC_NUM_RUNS = '60' } = process.env
const runs = { numRuns: Number(FC_NUM_RUNS) }

/** What the owner allows. */
const limits = { hourly: 900_000n, unlinked: 250_000n, rent: 150_000n, feerate: 1000 } as const
/** Shared: a search for an unknown script goes through every address once. */
const { keys } = new Signer(new Uint8Array(32).fill(5), 'REGTEST')

const own = Array.from({ length: 8 }, (_, n) => coin(`own ${n}`, BigInt(n + 1) * 150_000n))
const foreign = coin('foreign', 700_000n, 1)
const exchange = stranger(1)
const landlord = stranger(3)

type Payee = 'change' | 'exchange' | 'landlord' | 'stranger' | 'script'

/** A transaction that somebody makes up, and which of its inputs they ask us to sign, and how. */
type Ask = {
  readonly coins: readonly number[]
  readonly withForeign: boolean
  readonly payments: readonly { readonly to: Payee; readonly value: bigint }[]
  readonly fee: bigint
  readonly signs: readonly { readonly input: number; readonly lie: bigint }[]
  readonly inOneEvent: boolean
}

const ask: fc.Arbitrary<Ask> = fc.record({
  coins: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1, maxLength: 2 }),
  withForeign: fc.constantFrom(true, false, false),
  payments: fc.array(
    fc.record({
      to: fc.constantFrom<Payee[]>(
        'change',
        'exchange',
        'exchange',
        'landlord',
        'landlord',
        'script',
        'script',
        'stranger',
      ),
      value: fc.constantFrom(1000n, 75_000n, 150_000n, 250_000n, 300_000n, 450_000n),
    }),
    { maxLength: 2 },
  ),
  fee: fc
    .oneof({ weight: 3, arbitrary: fc.nat(600) }, { weight: 1, arbitrary: fc.nat(600_000) })
    .map(BigInt),
  signs: fc.oneof(
    fc.constant([0, 1, 2, 3].map((input) => ({ input, lie: 0n }))),
    fc.array(
      fc.record({
        input: fc.nat(3),
        lie: fc.constantFrom(0n, 0n, 0n, -150_000n, 150_000n),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  ),
  inOneEvent: fc.boolean(),
})

/** Keeps its own books: only what a chain would see, and nothing of what the signer remembers. */
class Accountant {
  readonly #signed = new Map<string, { transaction: Transaction; inputs: Set<number> }>()

  /** A signature for the true amount; others are worth nothing. */
  saw(transaction: Transaction, input: number): void {
    const id = toHex(transactionId(transaction))
    const known = this.#signed.get(id) ?? { transaction, inputs: new Set() }
    known.inputs.add(input)
    this.#signed.set(id, known)
  }

  /** Every set of transactions that could be mined together. */
  *futures(): Generator<readonly Transaction[]> {
    const complete = [...this.#signed.values()]
      .filter(({ transaction, inputs }) =>
        transaction.inputs.every((input, at) => inputs.has(at) || !isOurs(input)),
      )
      .map(({ transaction }) => transaction)
    yield* combinations(complete, [])
  }
}

function* combinations(
  rest: readonly Transaction[],
  chosen: readonly Transaction[],
): Generator<readonly Transaction[]> {
  yield chosen
  for (const [at, next] of rest.entries()) {
    const spent = new Set(chosen.flatMap(({ inputs }) => inputs.map(nameOf)))
    if (next.inputs.some((input) => spent.has(nameOf(input)))) continue
    yield* combinations(rest.slice(at + 1), [...chosen, next])
  }
}

const nameOf = ({ txid, vout }: { readonly txid: Uint8Array; readonly vout: number }) =>
  `${toHex(txid)}:${vout}`
const amounts = new Map(own.map((one) => [nameOf(one), one.amount]))
const isOurs = (input: Parameters<typeof nameOf>[0]) => amounts.has(nameOf(input))
const total = (values: readonly bigint[]) => values.reduce((sum, value) => sum + value, 0n)

function paidTo(transactions: readonly Transaction[], script: Uint8Array): bigint {
  const name = toHex(script)
  return total(
    transactions.flatMap(({ outputs }) =>
      outputs.filter((output) => toHex(output.scriptPubKey) === name).map(({ value }) => value),
    ),
  )
}

/** The most that a transaction may leave to miners: its weight, with the largest witnesses. */
function mostFee({ inputs, outputs }: Transaction): bigint {
  const weight = 44 + inputs.length * (41 * 4 + 110) + outputs.length * 43 * 4
  return BigInt(Math.ceil((weight * limits.feerate) / 1000))
}

function scriptsOf(signer: Signer): Record<Payee, Uint8Array> {
  return {
    change: scriptOf(signer, change(7)),
    exchange,
    landlord,
    stranger: stranger(4),
    script: p2wsh(Uint8Array.of(0x51)),
  }
}

function build(signer: Signer, { coins, withForeign, payments, fee }: Ask): Transaction {
  const spent = coins.flatMap((index) => own[index] ?? [])
  const inputs = withForeign ? [foreign, ...spent] : spent
  const scripts = scriptsOf(signer)
  const outputs = payments.map(({ to, value }) => pays(value, scripts[to]))
  const rest = total(spent.map(({ amount }) => amount)) - total(payments.map((p) => p.value)) - fee
  const home = rest > 1000n ? [pays(rest, scripts.change)] : []
  const atLeast = outputs.length + home.length === 0 ? [pays(1000n, scripts.change)] : []
  return spendingTransaction(inputs, [...outputs, ...home, ...atLeast])
}

function play(asks: readonly Ask[]): { readonly accountant: Accountant; readonly signer: Signer } {
  const signer = new Signer(keys, 'REGTEST')
  signer.policy = createPolicy({
    onchain: {
      allowedScripts: [toHex(exchange)],
      hourlySats: sats(limits.hourly),
      unlinkedFundingMaxSats: sats(limits.unlinked),
      maxFeeratePerKw: limits.feerate,
    },
  })
  signer.register({
    kind: 'withdrawal',
    id: 'rent',
    scriptPubKey: landlord,
    amountSats: sats(limits.rent),
    expiresAtMs: nowMs + 1,
  })
  const accountant = new Accountant()
  for (const one of asks) {
    const transaction = build(signer, one)
    const jobs = one.signs.flatMap(({ input, lie }) => {
      const at = input % transaction.inputs.length
      const spent = own.find((coinOfOurs) => nameOf(coinOfOurs) === nameOfInput(transaction, at))
      if (spent === undefined) return []
      const stated = { ...spent, amount: spent.amount + lie }
      return [
        { at, lie, job: walletJob(signer, receive(own.indexOf(spent)), transaction, stated, at) },
      ]
    })
    const events = one.inOneEvent ? [jobs] : jobs.map((job) => [job])
    for (const event of events.filter(({ length }) => length > 0)) {
      const { grant } = signer.decide(asking(event.map(({ job }) => job)))
      if (grant === undefined) continue
      for (const { at, lie } of event) if (lie === 0n) accountant.saw(transaction, at)
    }
  }
  return { accountant, signer }
}

function nameOfInput({ inputs }: Transaction, at: number): string | undefined {
  const input = inputs[at]
  return input && nameOf(input)
}

describe('whatever is asked, in whatever order', () => {
  test('what leaves stays within limits, intents, the allow-list and fees', () => {
    let minable = 0
    fc.assert(
      fc.property(fc.array(ask, { minLength: 2, maxLength: 12 }), (asks) => {
        const { accountant, signer } = play(asks)
        const { change: home, script, stranger: nobody } = scriptsOf(signer)
        for (const future of accountant.futures()) {
          minable += future.length
          const brought = total(
            future.flatMap(({ inputs }) => inputs.map((input) => amounts.get(nameOf(input)) ?? 0n)),
          )
          const lost = brought - paidTo(future, home)
          const allowed = paidTo(future, exchange)
          const fees = total(future.map(mostFee))
          expect(lost).toBeLessThanOrEqual(allowed + limits.rent + limits.unlinked + fees)
          expect(lost).toBeLessThanOrEqual(limits.hourly + fees)
          expect(paidTo(future, landlord)).toBeLessThanOrEqual(limits.rent)
          expect(paidTo(future, script)).toBeLessThanOrEqual(limits.unlinked)
          expect(paidTo(future, nobody)).toBe(0n)
        }
      }),
      runs,
    )
    // The property is about something: many of these transactions were signed.
    expect(minable).toBeGreaterThan(runs.numRuns)
  })

  test('the same asks again change nothing that was counted', () => {
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 5 }), (asks) => {
        const once = play(asks).signer.node()
        const twice = play([...asks, ...asks]).signer.node()
        const sum = (node: typeof once) => total(node.onchainOut.map((bucket) => bucket.sats))
        expect(sum(twice)).toBeGreaterThanOrEqual(sum(once))
        expect(sum(twice)).toBeLessThanOrEqual(limits.hourly)
      }),
      runs,
    )
  })
})
