import { ByteWriter } from '@boltwarden/core/bitcoin/byte-writer'
import { sha256 } from '@boltwarden/core/bitcoin/hash'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { concat, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { type Block, type BlockHash, hashOf } from './block.ts'
import type { MempoolEntry } from './chain.ts'
import { parentsOf } from './mempool.ts'
import { merkleRoot, witnessCommitment } from './merkle-tree.ts'
import { maxBlockWeight, meetsTarget, regtestBits, subsidyAt } from './regtest.ts'

/** A script that anyone can satisfy, and the witness that does: how the faucet holds its coins. */
export const anyoneScript: Uint8Array = Uint8Array.of(0x51)
/** P2WSH of {@link anyoneScript}. */
export const faucetScript: Uint8Array = concat(Uint8Array.of(0x00, 0x20), sha256(anyoneScript))

type Package = { readonly entries: readonly MempoolEntry[]; fee: bigint; weight: number }

/**
 * What a new block takes: package by package, the one with the highest feerate first, as long as it
 * pays the floor and fits. A package is a transaction with all its waiting ancestors, so a child
 * pays for its parents.
 *
 * @param floor - satoshis per 1,000 weight units.
 */
export function selectTransactions(
  waiting: readonly MempoolEntry[],
  floor: number,
): readonly MempoolEntry[] {
  const left = new Map(waiting.map((entry) => [toHex(entry.txid), entry]))
  const taken: MempoolEntry[] = []
  let room = maxBlockWeight
  for (;;) {
    const best = [...left.values()]
      .map((entry) => packageOf(entry, left))
      .filter(({ fee, weight }) => weight <= room && fee * 1000n >= BigInt(floor * weight))
      .reduce<Package | undefined>((a, b) => (a === undefined || isRicher(b, a) ? b : a), undefined)
    if (best === undefined) return taken
    room -= best.weight
    for (const entry of best.entries) {
      taken.push(entry)
      left.delete(toHex(entry.txid))
    }
  }
}

function isRicher(a: Package, b: Package): boolean {
  return a.fee * BigInt(b.weight) > b.fee * BigInt(a.weight)
}

/** An entry with its waiting ancestors, parents first. */
function packageOf(entry: MempoolEntry, left: ReadonlyMap<string, MempoolEntry>): Package {
  const entries = new Set<MempoolEntry>()
  const visit = (one: MempoolEntry) => {
    for (const parent of parentsOf(one, left)) if (!entries.has(parent)) visit(parent)
    entries.add(one)
  }
  visit(entry)
  const all = [...entries]
  return {
    entries: all,
    fee: all.reduce((sum, { fee }) => sum + fee, 0n),
    weight: all.reduce((sum, { weight }) => sum + weight, 0),
  }
}

/** What a block is made of. */
export type BlockParts = {
  readonly height: number
  readonly previous: BlockHash
  readonly time: number
  /** Tells two blocks on one parent apart: a number of 32 bits. */
  readonly tag: number
  readonly transactions: readonly Transaction[]
  readonly fees: bigint
}

/** Puts a block together, coinbase first, and finds a nonce. */
export function assembleBlock(parts: BlockParts): Block {
  const { height, previous, time } = parts
  const transactions = [coinbaseOf(parts), ...parts.transactions]
  const header = {
    version: 0x2000_0000,
    previous,
    merkleRoot: merkleRoot(transactions),
    time,
    bits: regtestBits,
  }
  for (let nonce = 0; ; nonce++) {
    const hash = hashOf({ ...header, nonce })
    if (meetsTarget(hash)) return { ...header, nonce, hash, height, transactions }
  }
}

const reserved = new Uint8Array(32)

/** Pays the subsidy and the fees to the faucet, and commits to the witnesses: BIP 34, BIP 141. */
function coinbaseOf({ height, tag, transactions, fees }: BlockParts): Transaction {
  const commitment = witnessCommitment(transactions, reserved)
  return {
    version: 2,
    inputs: [
      {
        txid: txid(new Uint8Array(32)),
        vout: 0xffff_ffff,
        scriptSig: new ByteWriter().bytes(pushNumber(height)).u8(4).u32(tag).finish(),
        sequence: 0xffff_ffff,
        witness: [reserved],
      },
    ],
    outputs: [
      { value: sats(subsidyAt(height) + fees), scriptPubKey: faucetScript },
      {
        value: sats(0n),
        scriptPubKey: concat(Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed), commitment),
      },
    ],
    locktime: 0,
  }
}

/** A script that pushes a height, in the shortest way. */
function pushNumber(height: number): Uint8Array {
  if (height <= 16) return Uint8Array.of(0x50 + height)
  const bytes: number[] = []
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256)
  // The top bit is the sign.
  if ((bytes.at(-1) ?? 0) >= 0x80) bytes.push(0)
  return Uint8Array.of(bytes.length, ...bytes)
}
