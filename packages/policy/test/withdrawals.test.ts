import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { createPolicy, type PolicyChoices } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from './honest.ts'
import {
  asking,
  type Coin,
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

const landlord = stranger(3)
const exchange = stranger(1)
const purse = coin('purse', 1_000_000n)
const unregistered = ['decline', 'policy-lightspark-withdrawal-intent']

function signerWith(onchain: PolicyChoices['onchain'] = {}): Signer {
  const signer = new Signer(new Uint8Array(32).fill(8), 'REGTEST')
  signer.policy = createPolicy({ onchain })
  return signer
}

function register(signer: Signer, id: string, amount: bigint, scriptPubKey = landlord): void {
  const expiresAtMs = nowMs + 1000
  signer.register({ kind: 'withdrawal', id, scriptPubKey, amountSats: sats(amount), expiresAtMs })
}

/** Asks the wallet to pay these outputs and to keep the rest. */
function withdraw(
  signer: Signer,
  outputs: readonly TxOut[],
  spent: readonly Coin[] = [purse],
  atMs = nowMs,
) {
  const paid = outputs.reduce((sum, { value }) => sum + value, 0n)
  const total = spent.reduce((sum, { amount }) => sum + amount, 0n)
  const home = pays(total - paid - 1000n, scriptOf(signer, change(0)))
  const transaction = spendingTransaction(spent, [...outputs, home])
  const jobs = spent.map((one, at) => walletJob(signer, receive(at), transaction, one, at))
  return outcome(signer.decide(asking(jobs, atMs)))
}

const rent = (value: bigint) => [pays(value, landlord)]

describe('a registered withdrawal', () => {
  test('is signed, once', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    expect(withdraw(signer, rent(300_000n))).toEqual(['sign'])
    expect(signer.intents()).toMatchObject([
      { id: 'rent', usedInput: { txid: purse.txid, vout: 0 } },
    ])
    expect(withdraw(signer, rent(300_000n), [coin('another', 1_000_000n)])).toEqual(unregistered)
  })

  test('may be less than it was registered for', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    expect(withdraw(signer, rent(299_000n))).toEqual(['sign'])
  })

  test.each([
    ['one satoshi more', [300_001n]],
    ['two outputs that are more together', [200_000n, 200_000n]],
  ])('%s is refused', (_name, values) => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    expect(withdraw(signer, values.flatMap(rent))).toContain('policy-lightspark-withdrawal-intent')
    expect(signer.intents()).toEqual([expect.not.objectContaining({ usedBy: expect.anything() })])
  })

  test('two outputs within it are signed', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    expect(withdraw(signer, [100_000n, 200_000n].flatMap(rent))).toEqual(['sign'])
  })

  test('is void when it has expired', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    expect(withdraw(signer, rent(300_000n), [purse], nowMs + 1000)).toEqual(unregistered)
    expect(withdraw(signer, rent(300_000n), [purse], nowMs + 999)).toEqual(['sign'])
  })

  test('may be asked for again, and replaced by what spends the same first input', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    expect(withdraw(signer, rent(300_000n))).toEqual(['sign'])
    expect(withdraw(signer, rent(300_000n))).toEqual(['sign'])
    const more = coin('more', 500_000n)
    expect(withdraw(signer, rent(299_000n), [purse, more])).toEqual(['sign'])
    // It shares an input with the second one, but not with the first.
    expect(withdraw(signer, rent(299_000n), [more])).toEqual(unregistered)
    expect(signer.node().onchainOut).toMatchObject([{ sats: 300_000n }])
  })

  test('of one transaction whose inputs are signed one by one serves all of them', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    const more = coin('more', 500_000n)
    const home = pays(1_199_000n, scriptOf(signer, change(0)))
    const transaction = spendingTransaction([purse, more], [...rent(300_000n), home])
    for (const [at, spent] of [purse, more].entries()) {
      const job = walletJob(signer, receive(at), transaction, spent, at)
      expect(outcome(signer.decide(asking([job])))).toEqual(['sign'])
    }
    expect(signer.node().onchainOut).toMatchObject([{ sats: 300_000n }])
  })

  test('several for one script serve together where none is enough', () => {
    const signer = signerWith()
    register(signer, 'may', 300_000n)
    register(signer, 'june', 200_000n)
    expect(withdraw(signer, rent(500_001n))).toEqual(unregistered)
    expect(withdraw(signer, rent(450_000n))).toEqual(['sign'])
    expect(withdraw(signer, rent(1000n), [coin('another', 500_000n)])).toEqual(unregistered)
  })

  test('the smallest that is enough is used', () => {
    const signer = signerWith()
    register(signer, 'may', 300_000n)
    register(signer, 'june', 200_000n)
    expect(withdraw(signer, rent(150_000n))).toEqual(['sign'])
    const used = signer.intents().filter((intent) => intent.kind === 'withdrawal' && intent.usedBy)
    expect(used).toMatchObject([{ id: 'june' }])
    expect(withdraw(signer, rent(300_000n), [coin('another', 500_000n)])).toEqual(['sign'])
  })

  test('two transactions of one event do not share one', () => {
    const signer = signerWith()
    register(signer, 'rent', 300_000n)
    const jobs = [purse, coin('another', 1_000_000n)].map((spent) => {
      const home = pays(699_000n, scriptOf(signer, change(0)))
      const transaction = spendingTransaction([spent], [...rent(300_000n), home])
      return walletJob(signer, receive(0), transaction, spent)
    })
    expect(outcome(signer.decide(asking(jobs)))).toEqual(unregistered)
  })

  test('for a script of ours is not used up', () => {
    const signer = signerWith()
    const own = scriptOf(signer, receive(9))
    register(signer, 'self', 300_000n, own)
    expect(withdraw(signer, [pays(300_000n, own)])).toEqual(['sign'])
    expect(signer.intents()).toEqual([expect.not.objectContaining({ usedBy: expect.anything() })])
  })
})

describe('requireIntents', () => {
  const allowed = { allowedScripts: [toHex(exchange)] }
  const deposit = [pays(300_000n, exchange)]

  test('refuses what the allow-list alone would let through', () => {
    expect(withdraw(signerWith(allowed), deposit)).toEqual(['sign'])
    const signer = signerWith({ ...allowed, requireIntents: true })
    expect(withdraw(signer, deposit)).toEqual(unregistered)
    register(signer, 'deposit', 300_000n, exchange)
    expect(withdraw(signer, deposit)).toEqual(['sign'])
    expect(withdraw(signer, deposit, [coin('another', 1_000_000n)])).toEqual(unregistered)
  })

  test('without it the allow-list lets through what no intent covers', () => {
    const signer = signerWith(allowed)
    register(signer, 'deposit', 100_000n, exchange)
    expect(withdraw(signer, deposit)).toEqual(['sign'])
    expect(signer.intents()).toEqual([expect.not.objectContaining({ usedBy: expect.anything() })])
  })

  test('lets money come home', () => {
    const signer = signerWith({ requireIntents: true })
    expect(withdraw(signer, [])).toEqual(['sign'])
  })
})
