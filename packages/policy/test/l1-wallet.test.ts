import { parseAddress } from '@boltwarden/core/bitcoin/address'
import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import {
  serialiseTransaction,
  type Transaction,
  type TxOut,
} from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { createPolicy, type PolicyChoices } from '@boltwarden/policy/policy'
import { describe, expect, test } from 'vitest'
import { outcome } from './honest.ts'
import {
  asking,
  asPsbt,
  type Coin,
  change,
  coin,
  destination,
  nowMs,
  pays,
  receive,
  scriptOf,
  spendingTransaction,
  stranger,
  walletJob,
} from './onchain.ts'
import { Signer } from './signer.ts'

const exchange = stranger(1)
const thief = stranger(2)
const purse = coin('purse', 1_000_000n)

function signerWith(onchain: PolicyChoices['onchain'] = {}): Signer {
  const signer = new Signer(new Uint8Array(32).fill(5), 'REGTEST')
  signer.policy = createPolicy({ onchain: { allowedScripts: [toHex(exchange)], ...onchain } })
  return signer
}

/** What is decided of one signature of the wallet. */
function decide(
  signer: Signer,
  transaction: Transaction,
  spent: Coin = purse,
  at = 0,
  atMs = nowMs,
) {
  return outcome(
    signer.decide(asking([walletJob(signer, receive(0), transaction, spent, at)], atMs)),
  )
}

const toExchange = pays(400_000n, exchange)
const back = (signer: Signer, value = 599_000n) => pays(value, scriptOf(signer, change(3)))
const honest = (signer: Signer) => spendingTransaction([purse], [toExchange, back(signer)])

const refusedBy = (...tags: string[]) => ['decline', ...tags]

describe('an honest spend of the L1 wallet', () => {
  test('to the allow-list, with change, is signed', () => {
    const signer = signerWith()
    expect(decide(signer, honest(signer))).toEqual(['sign'])
    expect(signer.node()).toMatchObject({
      onchainOut: [{ sats: 400_000n }],
      onchainFees: [{ sats: 1000n }],
    })
  })

  test('is signed as a PSBT too', () => {
    const signer = signerWith()
    const transaction = honest(signer)
    const job = walletJob(signer, receive(0), transaction, purse)
    const psbt = asPsbt(job, transaction, [pays(purse.amount, scriptOf(signer, receive(0)))])
    expect(outcome(signer.decide(asking([psbt])))).toEqual(['sign'])
  })

  test.each([
    ['change of the wallet', change(0)],
    ['a receive address', receive(4999)],
    ['a destination', destination(12)],
  ])('back to ourselves (%s) moves no money but the fee', (_name, path) => {
    const signer = signerWith()
    const home = pays(999_000n, scriptOf(signer, path))
    expect(decide(signer, spendingTransaction([purse], [home]))).toEqual(['sign'])
    expect(signer.node()).toMatchObject({ onchainOut: [], onchainFees: [{ sats: 1000n }] })
  })

  test.each([
    ['P2PKH', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
    ['P2SH', '2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc'],
    ['taproot', 'bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6'],
  ])('to an address of an exchange: %s', (_name, address) => {
    const script = parseAddress(address, 'REGTEST')
    if (!script.ok) throw new RangeError(script.error.message)
    const signer = signerWith({ allowedScripts: [toHex(script.value)] })
    const outputs = [pays(400_000n, script.value), back(signer)]
    expect(decide(signer, spendingTransaction([purse], outputs))).toEqual(['sign'])
  })

  test('a destination key spends as the wallet does', () => {
    const signer = signerWith()
    const transaction = honest(signer)
    const job = walletJob(signer, destination(4), transaction, purse)
    expect(outcome(signer.decide(asking([job])))).toEqual(['sign'])
  })

  test('an address beyond the search is ours where it is named, and within the bound', () => {
    const signer = signerWith({ maxWalletIndex: 20_000 })
    const far = { ...change(0), index: 20_000 }
    const transaction = spendingTransaction([purse], [pays(999_000n, scriptOf(signer, far))])
    const named = { destinationPath: "m/84'/2'/0'/1/20000" }
    const job = walletJob(signer, receive(0), transaction, purse, 0, named)
    expect(outcome(signer.decide(asking([job])))).toEqual(['sign'])
    expect(decide(signer, transaction)).toEqual(refusedBy('policy-onchain-no-unknown-outputs'))
  })

  test('data that holds nothing goes along', () => {
    const signer = signerWith()
    const note = pays(0n, Uint8Array.of(0x6a))
    const transaction = spendingTransaction([purse], [note, back(signer, 999_000n)])
    expect(decide(signer, transaction)).toEqual(['sign'])
  })
})

describe('one thing changed', () => {
  type Change = (signer: Signer, transaction: Transaction) => Transaction
  const outputs = (make: (signer: Signer) => readonly TxOut[]): Change => {
    return (signer, transaction) => ({ ...transaction, outputs: make(signer) })
  }
  test.each<[string, string, Change]>([
    [
      'the money goes to a stranger',
      'policy-onchain-no-unknown-outputs',
      outputs((signer) => [pays(400_000n, thief), back(signer)]),
    ],
    [
      'dust comes to us in output 0 and the rest goes elsewhere',
      'policy-onchain-no-unknown-outputs',
      outputs((signer) => [back(signer, 600n), pays(998_400n, thief)]),
    ],
    [
      'the change goes to a look-alike script',
      'policy-onchain-no-unknown-outputs',
      outputs((signer) => [toExchange, pays(599_000n, lookAlike(back(signer).scriptPubKey))]),
    ],
    [
      "the change goes to our key of another network's coin",
      'policy-onchain-no-unknown-outputs',
      outputs((signer) => [
        toExchange,
        pays(599_000n, scriptOf(signer, { purpose: 'l1-wallet', coin: 0, change: 1, index: 3 })),
      ]),
    ],
    [
      'the change goes to a payment key, which no wallet looks for',
      'policy-onchain-no-unknown-outputs',
      outputs((signer) => [
        toExchange,
        pays(599_000n, scriptOf(signer, { purpose: 'channel-key', channel: 1, key: 'payment' })),
      ]),
    ],
    [
      'a P2WSH output that may fund a channel, without a limit for such',
      'policy-onchain-no-unknown-outputs',
      outputs((signer) => [pays(400_000n, p2wsh(Uint8Array.of(0x51))), back(signer)]),
    ],
    [
      'a huge fee',
      'policy-onchain-fee-range',
      outputs((signer) => [toExchange, back(signer, 300_000n)]),
    ],
    [
      'more comes out than goes in',
      'policy-onchain-fee-range',
      outputs((signer) => [toExchange, back(signer, 600_001n)]),
    ],
    [
      'an output below the dust limit',
      'policy-onchain-format-standard',
      outputs((signer) => [toExchange, back(signer, 599_000n), back(signer, 293n)]),
    ],
    [
      'data that holds money',
      'policy-onchain-format-standard',
      outputs((signer) => [pays(1n, Uint8Array.of(0x6a)), back(signer)]),
    ],
    [
      'data of many bytes',
      'policy-onchain-format-standard',
      outputs((signer) => [
        pays(0n, Uint8Array.of(0x6a, 0x4c, 90, ...new Uint8Array(90))),
        back(signer, 999_000n),
      ]),
    ],
    [
      'a script that is no standard one',
      'policy-onchain-format-standard',
      outputs((signer) => [pays(1000n, Uint8Array.of(0x51)), back(signer, 998_000n)]),
    ],
    [
      'another version',
      'policy-onchain-format-standard',
      (_signer, transaction) => ({ ...transaction, version: 4 }),
    ],
    [
      'an input with a script',
      'policy-onchain-format-standard',
      (_signer, transaction) => ({
        ...transaction,
        inputs: transaction.inputs.flatMap((input) => [
          input,
          { ...input, vout: 9, scriptSig: Uint8Array.of(0x51) },
        ]),
      }),
    ],
    [
      'an output that is spent twice',
      'policy-onchain-format-standard',
      (_signer, transaction) => ({
        ...transaction,
        inputs: [...transaction.inputs, ...transaction.inputs],
      }),
    ],
  ])('%s: %s', (_name, tag, changing) => {
    const signer = signerWith()
    const transaction = changing(signer, honest(signer))
    const [verdict, ...tags] = decide(signer, transaction)
    expect(verdict).toBe('decline')
    expect(tags).toContain(tag)
    expect(signer.node().onchainOut).toEqual([])
    expect(decide(signer, honest(signer))).toEqual(['sign'])
  })

  test('more weight than the owner allows', () => {
    const signer = signerWith({ maxTransactionWeight: 560 })
    expect(decide(signer, honest(signer))).toEqual(refusedBy('policy-onchain-max-size'))
    signer.policy = createPolicy({
      onchain: { allowedScripts: [toHex(exchange)], maxTransactionWeight: 600 },
    })
    expect(decide(signer, honest(signer))).toEqual(['sign'])
  })

  test('an event that spends more outputs than are remembered', () => {
    const signer = signerWith({ maxTransactionWeight: 4_000_000 })
    const coins = [purse, ...Array.from({ length: 2000 }, (_, n) => coin(`many ${n}`, 1n))]
    const transaction = spendingTransaction(coins, [back(signer, 999_000n)])
    expect(decide(signer, transaction)).toEqual(refusedBy('policy-onchain-max-size'))
  })
})

/** The same script with one bit of the hash turned. */
function lookAlike(script: Uint8Array): Uint8Array {
  return script.map((byte, at) => (at === 21 ? byte ^ 1 : byte))
}

describe('the destination that a job names', () => {
  const asks = (signer: Signer, destinationPath: string, transaction = honest(signer)) =>
    outcome(
      signer.decide(
        asking([walletJob(signer, receive(0), transaction, purse, 0, { destinationPath })]),
      ),
    )

  test('is the change', () => {
    expect(asks(signerWith(), "m/84'/2'/0'/1/3")).toEqual(['sign'])
  })

  test.each([
    ['is not paid', "m/84'/2'/0'/1/4", ['policy-onchain-output-scriptpubkey']],
    [
      'is of another network',
      "m/84'/0'/0'/1/3",
      ['policy-onchain-output-scriptpubkey', 'policy-onchain-wallet-path-predictable'],
    ],
    [
      'receives nothing',
      'm/3/7/2',
      ['policy-onchain-output-scriptpubkey', 'policy-onchain-wallet-path-predictable'],
    ],
    [
      'is beyond the bound',
      "m/84'/2'/0'/1/5000",
      ['policy-onchain-output-scriptpubkey', 'policy-onchain-wallet-path-predictable'],
    ],
  ])('%s', (_name, path, tags) => {
    expect(asks(signerWith(), path)).toEqual(refusedBy(...tags))
  })

  test('is found, but beyond the bound of the owner', () => {
    const signer = signerWith({ maxWalletIndex: 2 })
    expect(decide(signer, honest(signer))).toEqual(
      refusedBy('policy-onchain-wallet-path-predictable'),
    )
  })
})

test("a wallet key of another network's coin does not sign", () => {
  const signer = signerWith()
  const path = { purpose: 'l1-wallet', coin: 0, change: 0, index: 0 } as const
  const job = walletJob(signer, path, honest(signer), purse)
  expect(outcome(signer.decide(asking([job])))).toEqual(
    refusedBy('policy-lightspark-network', 'policy-onchain-wallet-path-predictable'),
  )
})

describe('a PSBT', () => {
  test('that shows one transaction while the digest is of another', () => {
    const signer = signerWith()
    const shown = honest(signer)
    const signed = spendingTransaction([purse], [pays(999_000n, thief)])
    const { message } = walletJob(signer, receive(0), signed, purse)
    const job = { ...walletJob(signer, receive(0), shown, purse), message }
    const utxo = pays(purse.amount, scriptOf(signer, receive(0)))
    expect(outcome(signer.decide(asking([asPsbt(job, shown, [utxo])])))).toEqual(
      refusedBy('policy-lightspark-sighash'),
    )
  })

  test('whose witness UTXO states another amount', () => {
    const signer = signerWith()
    const transaction = honest(signer)
    const job = walletJob(signer, receive(0), transaction, purse)
    const lie = pays(purse.amount + 1n, scriptOf(signer, receive(0)))
    expect(outcome(signer.decide(asking([asPsbt(job, transaction, [lie])])))).toEqual(
      refusedBy('policy-lightspark-sighash'),
    )
  })

  test('with one output more than is allowed', () => {
    const signer = signerWith()
    const transaction = spendingTransaction(
      [purse],
      [toExchange, back(signer, 500_000n), pays(99_000n, thief)],
    )
    const job = walletJob(signer, receive(0), transaction, purse)
    const utxo = pays(purse.amount, scriptOf(signer, receive(0)))
    expect(outcome(signer.decide(asking([asPsbt(job, transaction, [utxo])])))).toEqual(
      refusedBy('policy-onchain-no-unknown-outputs'),
    )
  })

  test('claims about other inputs are not believed', () => {
    const signer = signerWith()
    const other = coin('other', 4_000_000n)
    const transaction = spendingTransaction([purse, other], [back(signer, 999_000n)])
    const job = walletJob(signer, receive(0), transaction, purse)
    const own = pays(purse.amount, scriptOf(signer, receive(0)))
    const lie = pays(0n, scriptOf(signer, receive(1)))
    const decided = signer.decide(asking([asPsbt(job, transaction, [own, lie])]))
    expect(outcome(decided)).toEqual(['sign'])
    // The second input is worth what its own job shows, whatever the PSBT said of it.
    const second = walletJob(signer, receive(1), transaction, other, 1)
    expect(outcome(signer.decide(asking([second])))).toEqual(refusedBy('policy-onchain-fee-range'))
  })
})

describe('several inputs', () => {
  const second = coin('second', 1_000_000n)

  test('in one event are judged together', () => {
    const signer = signerWith()
    const transaction = spendingTransaction([purse, second], [back(signer, 1_999_000n)])
    const jobs = [
      walletJob(signer, receive(0), transaction, purse, 0),
      walletJob(signer, receive(1), transaction, second, 1),
    ]
    expect(outcome(signer.decide(asking(jobs)))).toEqual(['sign'])
    expect(signer.node().onchainFees).toMatchObject([{ sats: 1000n }])
  })

  test('in events of their own count once they are seen', () => {
    const signer = signerWith()
    const transaction = spendingTransaction([purse, second], [back(signer, 1_999_000n)])
    expect(decide(signer, transaction, purse, 0)).toEqual(['sign'])
    expect(signer.node().onchainFees).toEqual([])
    const last = walletJob(signer, receive(1), transaction, second, 1)
    expect(outcome(signer.decide(asking([last])))).toEqual(['sign'])
    expect(signer.node().onchainFees).toMatchObject([{ sats: 1000n }])
  })

  test('each of which alone would leave enough: the fee is the theft', () => {
    const signer = signerWith()
    const transaction = spendingTransaction([purse, second], [back(signer, 999_000n)])
    expect(decide(signer, transaction, purse, 0)).toEqual(['sign'])
    const last = walletJob(signer, receive(1), transaction, second, 1)
    expect(outcome(signer.decide(asking([last])))).toEqual(refusedBy('policy-onchain-fee-range'))
  })

  test('whose encodings differ are still one transaction', () => {
    const signer = signerWith()
    const transaction = spendingTransaction([purse, second], [back(signer, 999_000n)])
    const shown = {
      ...transaction,
      inputs: transaction.inputs.map((input) => ({ ...input, witness: [Uint8Array.of(1)] })),
    }
    const jobs = [
      walletJob(signer, receive(0), transaction, purse, 0),
      walletJob(signer, receive(1), transaction, second, 1, {
        transaction: serialiseTransaction(shown),
      }),
    ]
    expect(outcome(signer.decide(asking(jobs)))).toEqual(refusedBy('policy-onchain-fee-range'))
  })

  test('a lower amount that was stated before counts for nothing', () => {
    const signer = signerWith()
    const transaction = spendingTransaction([purse, second], [back(signer, 999_000n)])
    const lie = { ...purse, amount: 1n }
    expect(decide(signer, transaction, lie, 0)).toEqual(['sign'])
    expect(decide(signer, transaction, purse, 0)).toEqual(['sign'])
    const last = walletJob(signer, receive(1), transaction, second, 1)
    expect(outcome(signer.decide(asking([last])))).toEqual(refusedBy('policy-onchain-fee-range'))
  })

  test('a P2WSH output beside an input that is not ours is an unknown one', () => {
    const signer = signerWith()
    const foreign = coin('htlc', 0n, 1)
    const stage = pays(50_000n, p2wsh(Uint8Array.of(0x51)))
    const transaction = spendingTransaction([foreign, purse], [stage, back(signer, 999_000n)])
    expect(decide(signer, transaction, purse, 1)).toEqual(
      refusedBy('policy-onchain-no-unknown-outputs'),
    )
  })
})

describe('limits by the hour and the day', () => {
  const limits = { hourlySats: sats(500_000n), dailySats: sats(900_000n) }
  const hour = 60 * 60 * 1000

  test('hold over several events', () => {
    const signer = signerWith(limits)
    const pay = (name: string, atMs: number) => {
      const spent = coin(name, 1_000_000n)
      return decide(
        signer,
        spendingTransaction([spent], [toExchange, back(signer)]),
        spent,
        0,
        atMs,
      )
    }
    expect(pay('a', nowMs)).toEqual(['sign'])
    expect(pay('b', nowMs + 1)).toEqual(refusedBy('policy-velocity-funding'))
    expect(pay('b', nowMs + 2 * hour)).toEqual(['sign'])
    expect(pay('c', nowMs + 4 * hour)).toEqual(refusedBy('policy-velocity-funding'))
    expect(pay('c', nowMs + 26 * hour)).toEqual(['sign'])
  })

  test('hold within one event', () => {
    const signer = signerWith(limits)
    const jobs = ['a', 'b'].map((name) => {
      const spent = coin(name, 1_000_000n)
      const transaction = spendingTransaction([spent], [toExchange, back(signer)])
      return walletJob(signer, receive(0), transaction, spent)
    })
    expect(outcome(signer.decide(asking(jobs)))).toEqual(refusedBy('policy-velocity-funding'))
  })

  test('count a transaction that is asked for again, or replaced, once', () => {
    const signer = signerWith(limits)
    expect(decide(signer, honest(signer))).toEqual(['sign'])
    expect(decide(signer, honest(signer))).toEqual(['sign'])
    const bumped = spendingTransaction([purse], [toExchange, back(signer, 598_000n)])
    expect(decide(signer, bumped)).toEqual(['sign'])
    expect(signer.node()).toMatchObject({
      onchainOut: [{ sats: 400_000n }],
      onchainFees: [{ sats: 2000n }],
    })
    const more = spendingTransaction([purse], [pays(500_001n, exchange), back(signer, 498_000n)])
    expect(decide(signer, more)).toEqual(refusedBy('policy-velocity-funding'))
  })

  test('of fees', () => {
    const signer = signerWith({ feeHourlySats: sats(1500n), feeDailySats: sats(2500n) })
    const pay = (name: string, atMs: number) => {
      const spent = coin(name, 1_000_000n)
      const home = spendingTransaction([spent], [back(signer, 999_000n)])
      return decide(signer, home, spent, 0, atMs)
    }
    expect(pay('a', nowMs)).toEqual(['sign'])
    expect(pay('b', nowMs)).toEqual(refusedBy('policy-lightspark-velocity-fees'))
    expect(pay('b', nowMs + 2 * hour)).toEqual(['sign'])
    expect(pay('c', nowMs + 4 * hour)).toEqual(refusedBy('policy-lightspark-velocity-fees'))
  })

  test('amounts beyond all there is do not overflow', () => {
    const signer = signerWith({ maxFeeratePerKw: 0xffff_ffff })
    const all = 2_100_000_000_000_000n
    for (const name of ['a', 'b', 'c']) {
      const spent = coin(name, all)
      const transaction = spendingTransaction([spent], [pays(all, exchange)])
      expect(decide(signer, transaction, spent)).toEqual(['sign'])
    }
    expect(signer.node().onchainOut).toMatchObject([{ sats: all }])
  })
})
