import { parseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes } from '@boltwarden/core/hex'
import { type Sats, sats } from '@boltwarden/core/units'
import { type Block, blockHash, hashOf } from './block.ts'

/** The easiest target there is, in compact form: every second hash meets it. */
export const regtestBits = 0x207f_ffff

/** Blocks after which a coinbase may be spent. */
export const coinbaseMaturity = 100

/** What the weight of a block's transactions may add up to, with room for its coinbase. */
export const maxBlockWeight = 4_000_000 - 4_000

const halvingInterval = 150
const firstSubsidy = 50_0000_0000n

/** What a block at this height may create: regtest halves it every 150 blocks. */
export function subsidyAt(height: number): Sats {
  const halvings = Math.floor(height / halvingInterval)
  return sats(halvings >= 64 ? 0n : firstSubsidy >> BigInt(halvings))
}

/** Whether a block hash, in internal byte order, meets regtest's target. */
export function meetsTarget(hash: Uint8Array): boolean {
  const [top = 0xff, second = 0xff, third = 0xff] = hash.slice(29).reverse()
  if (top !== 0x7f) return top < 0x7f
  return second < 0xff || third < 0xff || hash.subarray(0, 29).every((byte) => byte === 0)
}

/** The coinbase of Bitcoin's first block, which regtest shares. */
const genesisCoinbase =
  '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d' +
  '04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e20' +
  '6272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a0100' +
  '00004341' +
  '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504' +
  'e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000'

/** The block at height 0. Nobody can spend its coinbase. */
export function regtestGenesis(): Block {
  const coinbase = genesisTransaction()
  const header = {
    version: 1,
    previous: blockHash(new Uint8Array(32)),
    merkleRoot: hexToBytes('3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a'),
    time: 1_296_688_602,
    bits: regtestBits,
    nonce: 2,
  }
  return { ...header, height: 0, hash: hashOf(header), transactions: [coinbase] }
}

function genesisTransaction(): Transaction {
  const parsed = parseTransaction(hexToBytes(genesisCoinbase))
  if (!parsed.ok) throw new RangeError(`"genesis" ${parsed.error.message}`)
  return parsed.value
}
