import {
  serialiseTransaction,
  type Transaction,
  type TxOut,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import {
  type Block,
  blockHash,
  type Chain,
  createChain,
  hashOf,
  parseBlock,
  serialiseBlock,
  serialiseHeader,
} from '../src/index.ts'
import { type Coinlike, open, openScript, pay, raw, script } from './open-coins.ts'

const nowSeconds = () => 1_700_000_000

/** A chain with a confirmed coin that anyone may spend. */
function funded(value = 100_000n): { chain: Chain; coin: Coinlike } {
  const chain = createChain({ nowSeconds })
  const coin = chain.fund(openScript, sats(value))
  chain.mine()
  return { chain, coin }
}

function ruleOf(result: ReturnType<Chain['submit']>): string | undefined {
  return result.ok ? undefined : result.error.rule
}

describe('blocks', () => {
  test('start with regtest’s own first block', () => {
    const genesis = createChain({ nowSeconds, premine: 0 }).blockAt(0)
    expect(genesis && toHex(genesis.hash.toReversed())).toBe(
      '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    )
    expect(genesis && toHex(hashOf(genesis))).toBe(genesis && toHex(genesis.hash))
  })

  test('link, have 80 bytes of header with their work, and rise in time', () => {
    const { chain } = funded()
    chain.mine(20)
    for (let height = 1; height <= chain.tip().height; height++) {
      const [before, block] = [chain.blockAt(height - 1), chain.blockAt(height)]
      if (before === undefined || block === undefined) throw new Error(`no block ${height}`)
      expect(equalBytes(block.previous, before.hash)).toBe(true)
      expect(serialiseHeader(block)).toHaveLength(80)
      expect(block.hash[31]).toBeLessThan(0x80)
    }
  })

  test('are read back as they were written', () => {
    const { chain } = funded()
    const block = chain.blockAt(chain.tip().height)
    if (block === undefined) throw new Error('no tip')
    expect(block.transactions).toHaveLength(2)
    expect(parseBlock(serialiseBlock(block), block.height)).toEqual({ ok: true, value: block })
  })

  test('are the same from the same options and deeds', () => {
    const [one, other] = [funded().chain.tip(), funded().chain.tip()]
    expect(toHex(one.hash)).toBe(toHex(other.hash))
  })

  test('a hash has 32 bytes', () => {
    expect(() => blockHash(new Uint8Array(31))).toThrow('"blockHash" expected 32 bytes, got 31')
  })
})

describe('amounts', () => {
  test('what pays out more than it brings is refused', () => {
    const { chain, coin } = funded()
    expect(ruleOf(chain.submit(raw(pay([coin], [open(100_001n)]))))).toBe('inflation')
  })

  test('what spends an output that does not exist is refused', () => {
    const { chain, coin } = funded()
    const ghost = { ...coin, vout: 7 }
    expect(ruleOf(chain.submit(raw(pay([ghost], [open(50_000n)]))))).toBe('missing-input')
  })

  test('what spends an output twice is refused', () => {
    const { chain, coin } = funded()
    expect(ruleOf(chain.submit(raw(pay([coin, coin], [open(150_000n)]))))).toBe('duplicate-input')
  })

  test('what a block has spent cannot be spent again', () => {
    const { chain, coin } = funded()
    chain.submit(raw(pay([coin], [open(99_000n)])))
    chain.mine()
    expect(ruleOf(chain.submit(raw(pay([coin], [open(50_000n)]))))).toBe('double-spend')
  })

  test('a coinbase waits for 100 blocks', () => {
    const chain = createChain({ nowSeconds })
    const coinbaseOf = (height: number): Coinlike => {
      const [coinbase] = chain.blockAt(height)?.transactions ?? []
      const [output] = coinbase?.outputs ?? []
      if (coinbase === undefined || output === undefined) throw new Error('no coinbase')
      return { txid: transactionId(coinbase), vout: 0, ...output }
    }
    const spend = (height: number) =>
      chain.submit(
        raw(pay([{ ...coinbaseOf(height), witnessScript: Uint8Array.of(0x51) }], [open(1_000n)])),
      )
    expect(ruleOf(spend(22))).toBe('immature-coinbase')
    expect(ruleOf(spend(21))).toBeUndefined()
  })

  test('a coinbase is no transaction to submit', () => {
    const { chain } = funded()
    const [coinbase] = chain.blockAt(50)?.transactions ?? []
    if (coinbase === undefined) throw new Error('no coinbase')
    const again = { ...coinbase, version: 1 }
    expect(ruleOf(chain.submit(raw(again)))).toBe('coinbase')
  })

  test('bytes that are no transaction are refused', () => {
    expect(ruleOf(funded().chain.submit(Uint8Array.of(1, 2, 3)))).toBe('malformed')
  })

  test('dust is policy: not relayed, but a block may contain it', () => {
    const { chain, coin } = funded()
    const dusty = raw(pay([coin], [open(329n), open(90_000n)]))
    expect(ruleOf(chain.submit(dusty))).toBe('dust')
    expect(chain.reorganise({ depth: 1, confirming: [fundingOf(chain, coin), dusty] }).ok).toBe(
      true,
    )
  })

  test('the coins of all blocks are the subsidies and nothing else', () => {
    const { chain, coin } = funded()
    chain.submit(raw(pay([coin], [open(60_000n)])))
    chain.mine(40)
    let created = 0n
    for (let height = 1; height <= chain.tip().height; height++) {
      created += 50_0000_0000n >> BigInt(Math.floor(height / 150))
    }
    const held = chain.unspent(openScript)
    const faucet = chain.blockAt(1)?.transactions[0]?.outputs[0]?.scriptPubKey
    const rest = faucet ? chain.unspent(faucet) : []
    const sum = [...held, ...rest].reduce((total, { output }) => total + output.value, 0n)
    expect(sum).toBe(created)
  })
})

function fundingOf(chain: Chain, { txid }: Coinlike): Uint8Array {
  const known = chain.transaction(txid)
  if (known === undefined) throw new Error('not funded')
  return serialiseTransaction(known.transaction)
}

describe('lock times', () => {
  test('of height: the first block whose height is above it', () => {
    const { chain, coin } = funded()
    const { height } = chain.tip()
    const at = (locktime: number) =>
      raw(pay([{ ...coin, sequence: 0xffff_fffe }], [open(99_000n)], { locktime }))
    expect(ruleOf(chain.submit(at(height + 1)))).toBe('lock-time')
    expect(ruleOf(chain.submit(at(height)))).toBeUndefined()
  })

  test('of time: against the median of eleven blocks', () => {
    let now = 1_700_000_000
    const chain = createChain({ nowSeconds: () => now })
    const coin = chain.fund(openScript, sats(100_000n))
    chain.mine()
    const locked = raw(
      pay([{ ...coin, sequence: 0xffff_fffe }], [open(99_000n)], { locktime: 1_700_000_500 }),
    )
    expect(ruleOf(chain.submit(locked))).toBe('lock-time')
    now += 1_000
    chain.mine(5)
    expect(ruleOf(chain.submit(locked))).toBe('lock-time')
    chain.mine()
    expect(ruleOf(chain.submit(locked))).toBeUndefined()
  })

  test('do not bind where every sequence is final', () => {
    const { chain, coin } = funded()
    const transaction = pay([coin], [open(99_000n)], { locktime: 400_000_000 })
    const inputs = transaction.inputs.map((input) => ({ ...input, sequence: 0xffff_ffff }))
    expect(ruleOf(chain.submit(raw({ ...transaction, inputs })))).toBeUndefined()
  })

  test('relative, of height: BIP 68', () => {
    const { chain, coin } = funded()
    const after = (blocks: number) => raw(pay([{ ...coin, sequence: blocks }], [open(99_000n)]))
    expect(ruleOf(chain.submit(after(3)))).toBe('relative-lock-time')
    chain.mine()
    expect(ruleOf(chain.submit(after(3)))).toBe('relative-lock-time')
    chain.mine()
    expect(ruleOf(chain.submit(after(3)))).toBeUndefined()
  })

  test('relative, of time: BIP 68 in units of 512 seconds', () => {
    let now = 1_700_000_000
    const chain = createChain({ nowSeconds: () => now })
    chain.mine(11)
    const coin = chain.fund(openScript, sats(100_000n))
    chain.mine()
    const locked = raw(pay([{ ...coin, sequence: 0x40_0000 | 2 }], [open(99_000n)]))
    chain.mine(11)
    expect(ruleOf(chain.submit(locked))).toBe('relative-lock-time')
    now += 1_100
    chain.mine(11)
    expect(ruleOf(chain.submit(locked))).toBeUndefined()
  })

  test('relative ones do not bind version 1', () => {
    const { chain, coin } = funded()
    const transaction = pay([{ ...coin, sequence: 500 }], [open(99_000n)])
    expect(ruleOf(chain.submit(raw({ ...transaction, version: 1 })))).toBeUndefined()
  })
})

describe('scripts', () => {
  test('a witness script of another hash is refused', () => {
    const { chain, coin } = funded()
    const stolen = pay([coin], [open(99_000n)])
    const inputs = stolen.inputs.map((input) => ({ ...input, witness: [Uint8Array.of(0x52)] }))
    expect(ruleOf(chain.submit(raw({ ...stolen, inputs })))).toBe('script')
  })

  test('OP_CHECKSEQUENCEVERIFY holds an input back', () => {
    const held = script(0x52, 0xb2)
    const chain = createChain({ nowSeconds })
    const coin = chain.fund(held.scriptPubKey, sats(50_000n))
    chain.mine(5)
    const spend = (sequence: number) =>
      chain.submit(
        raw(pay([{ ...coin, sequence, witnessScript: held.witnessScript }], [open(40_000n)])),
      )
    expect(ruleOf(spend(1))).toBe('script')
    expect(ruleOf(spend(2))).toBeUndefined()
  })

  test('a taproot output stays where it is: without its rules anyone could spend it', () => {
    const chain = createChain({ nowSeconds })
    const taproot = Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(7))
    const coin = chain.fund(taproot, sats(50_000n))
    chain.mine()
    expect(ruleOf(chain.submit(raw(pay([coin], [open(40_000n)]))))).toBe('script')
  })

  test('what is valid but not standard is refused as such', () => {
    const untidy = script(0x51, 0xb9)
    const chain = createChain({ nowSeconds })
    const coin = chain.fund(untidy.scriptPubKey, sats(50_000n))
    chain.mine()
    const spend = raw(pay([{ ...coin, witnessScript: untidy.witnessScript }], [open(40_000n)]))
    expect(ruleOf(chain.submit(spend))).toBe('non-standard-script')
    const mined = chain.reorganise({ depth: 1, confirming: [fundingOf(chain, coin), spend] })
    expect(mined.ok).toBe(true)
  })
})

describe('the mempool', () => {
  test('takes a child of a waiting parent, and mines both in order', () => {
    const { chain, coin } = funded()
    const parent = pay([coin], [open(100_000n)])
    const child = pay([outputOf(parent, 0)], [open(90_000n)])
    expect(ruleOf(chain.submit(raw(child)))).toBe('missing-input')
    expect(ruleOf(chain.submit(raw(parent)))).toBeUndefined()
    expect(ruleOf(chain.submit(raw(child)))).toBeUndefined()
    expect(chain.mempool().map(({ fee }) => fee)).toEqual([0n, 10_000n])
    const [block] = chain.mine()
    expect(block?.transactions.slice(1)).toEqual([parent, child])
  })

  test('leaves below the floor what no child pays for', () => {
    const { chain, coin } = funded()
    const parent = pay([coin], [open(100_000n)])
    const feerateFloor = feeratePerKw(253)
    chain.submit(raw(parent))
    expect(chain.mine(1, { feerateFloor })[0]?.transactions).toHaveLength(1)
    chain.submit(raw(pay([outputOf(parent, 0)], [open(90_000n)])))
    expect(chain.mine(1, { feerateFloor })[0]?.transactions).toHaveLength(3)
  })

  test('mines by feerate', () => {
    const chain = createChain({ nowSeconds })
    const coins = [1, 2, 3].map(() => chain.fund(openScript, sats(50_000n)))
    chain.mine()
    const fees = [500n, 5_000n, 50n]
    for (const [at, coin] of coins.entries()) {
      chain.submit(raw(pay([coin], [open(50_000n - (fees[at] ?? 0n))])))
    }
    const [block] = chain.mine()
    const values = block?.transactions.slice(1).map(({ outputs }) => outputs[0]?.value)
    expect(values).toEqual([45_000n, 49_500n, 49_950n])
  })

  test('takes the same again, and not what is confirmed', () => {
    const { chain, coin } = funded()
    const transaction = raw(pay([coin], [open(99_000n)]))
    expect(chain.submit(transaction)).toEqual(chain.submit(transaction))
    chain.mine()
    expect(ruleOf(chain.submit(transaction))).toBe('already-confirmed')
  })

  test('lets a higher fee replace a transaction and what builds on it', () => {
    const { chain, coin } = funded()
    const evicted: string[] = []
    chain.subscribe({ transactionEvicted: ({ fee }, why) => evicted.push(`${fee} ${why}`) })
    const first = pay([coin], [open(99_000n)])
    chain.submit(raw(first))
    chain.submit(raw(pay([outputOf(first, 0)], [open(98_000n)])))
    expect(ruleOf(chain.submit(raw(pay([coin], [open(98_000n)]))))).toBe('replacement-fee')
    expect(ruleOf(chain.submit(raw(pay([coin], [open(97_999n)]))))).toBeUndefined()
    expect(evicted).toEqual(['1000 replaced', '1000 replaced'])
    expect(chain.mempool()).toHaveLength(1)
  })

  test('a replacement must not spend what it replaces', () => {
    const { chain, coin } = funded()
    const first = pay([coin], [open(60_000n)])
    chain.submit(raw(first))
    const both = pay([coin, outputOf(first, 0)], [open(60_000n)])
    expect(ruleOf(chain.submit(raw(both)))).toBe('missing-input')
  })
})

function outputOf(transaction: Transaction, vout: number): Coinlike {
  const output: TxOut | undefined = transaction.outputs[vout]
  if (output === undefined) throw new Error('no such output')
  return { txid: transactionId(transaction), vout, ...output }
}

describe('a reorganisation', () => {
  test('takes blocks back, from the tip downwards, and connects a longer branch', () => {
    const { chain } = funded()
    const before = chain.mine(3)
    const told: string[] = []
    const name = ({ height, hash }: Block) => `${height} ${toHex(hash).slice(0, 8)}`
    chain.subscribe({
      blockConnected: (block) => told.push(`+ ${name(block)}`),
      blockDisconnected: (block) => told.push(`- ${name(block)}`),
    })
    const result = chain.reorganise({ depth: 2 })
    if (!result.ok) throw new Error('refused')
    const gone = before.slice(1).toReversed().map(name)
    expect(told).toEqual([...gone.map((b) => `- ${b}`), ...result.value.map((b) => `+ ${name(b)}`)])
    expect(result.value).toHaveLength(3)
    expect(new Set(told.map((line) => line.slice(2))).size).toBe(5)
  })

  test('returns transactions to the mempool, from where they confirm again', () => {
    const { chain, coin } = funded()
    const transaction = pay([coin], [open(99_000n)])
    chain.submit(raw(transaction))
    chain.mine()
    const txid = transactionId(transaction)
    expect(chain.transaction(txid)?.confirmation?.height).toBe(chain.tip().height)
    chain.reorganise({ depth: 2 })
    expect(chain.transaction(txid)?.confirmation).toBeUndefined()
    expect(chain.mempool()).toHaveLength(2)
    chain.mine()
    expect(chain.transaction(txid)?.confirmation?.height).toBe(chain.tip().height)
  })

  test('can confirm a double spend, which drives the first out with its children', () => {
    const { chain, coin } = funded()
    const first = pay([coin], [open(99_000n)])
    chain.submit(raw(first))
    chain.mine()
    chain.submit(raw(pay([outputOf(first, 0)], [open(98_000n)])))
    const rival = pay([coin], [open(42_000n)])
    const result = chain.reorganise({ depth: 1, confirming: [raw(rival)] })
    expect(result.ok).toBe(true)
    expect(chain.mempool()).toEqual([])
    expect(chain.spend(coin)?.spender.transaction).toEqual(rival)
    expect(chain.transaction(transactionId(first))).toBeUndefined()
  })

  test('changes nothing where the new branch would break a rule', () => {
    const { chain, coin } = funded()
    chain.mine()
    const { hash } = chain.tip()
    const told: string[] = []
    chain.subscribe({ blockDisconnected: () => told.push('-') })
    const result = chain.reorganise({
      depth: 1,
      confirming: [raw(pay([coin], [open(1_000n)])), raw(pay([coin], [open(2_000n)]))],
    })
    expect(result).toMatchObject({
      ok: false,
      error: { at: 1, rejection: { rule: 'double-spend' } },
    })
    expect(chain.tip().hash).toEqual(hash)
    expect(told).toEqual([])
  })

  test('does not reach below what was mined ahead', () => {
    const { chain } = funded()
    expect(() => chain.reorganise({ depth: 2 })).toThrow('"depth" expected at most 1')
  })

  test('can shorten nothing: the same depth again gives another branch', () => {
    const { chain } = funded()
    const tips = [1, 2, 3].map(() => {
      chain.reorganise({ depth: 1, length: 1 })
      return toHex(chain.tip().hash)
    })
    expect(new Set(tips).size).toBe(3)
  })
})

describe('listeners', () => {
  test('may submit from within their news', () => {
    const { chain, coin } = funded()
    const transaction = raw(pay([coin], [open(99_000n)]))
    const stop = chain.subscribe({ blockConnected: () => void chain.submit(transaction) })
    const blocks = chain.mine(2)
    stop()
    expect(blocks.map(({ transactions }) => transactions.length)).toEqual([1, 2])
  })

  test('must not mine', () => {
    const { chain } = funded()
    chain.subscribe({ blockConnected: () => void chain.mine() })
    expect(() => chain.mine()).toThrow('must not be mined by one of its listeners')
  })
})

describe('look-ups', () => {
  test('follow a coin from the faucet until it is spent', () => {
    const chain = createChain({ nowSeconds })
    const coin = chain.fund(openScript, sats(70_000n))
    expect(chain.unspent(openScript)).toMatchObject([{ vout: 0, height: undefined }])
    chain.mine()
    expect(chain.unspent(openScript)).toMatchObject([{ vout: 0, height: 121, coinbase: false }])
    expect(chain.spend(coin)).toBeUndefined()
    const spender = pay([coin], [open(60_000n)])
    chain.submit(raw(spender))
    expect(chain.unspent(openScript)).toMatchObject([{ output: { value: 60_000n } }])
    expect(chain.spend(coin)).toMatchObject({ inputIndex: 0, spender: { confirmation: undefined } })
    chain.mine()
    expect(chain.spend(coin)?.spender.confirmation).toMatchObject({ height: 122, index: 1 })
  })

  test('the faucet says where its coins do not reach', () => {
    const chain = createChain({ nowSeconds, premine: 101 })
    expect(() => chain.fund(openScript, sats(100_0000_0000n))).toThrow('what the faucet has')
  })

  test('the fee estimate is what it was set to', () => {
    const { chain } = funded()
    expect(chain.feerate()).toBe(1_000)
    chain.setFeerate(feeratePerKw(5_000))
    expect(chain.feerate()).toBe(5_000)
  })
})
