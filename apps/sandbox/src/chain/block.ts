import { type ParseProblem, parseBytes } from '@boltwarden/core/bitcoin/byte-reader'
import { ByteWriter } from '@boltwarden/core/bitcoin/byte-writer'
import { sha256d } from '@boltwarden/core/bitcoin/hash'
import {
  readTransaction,
  serialiseTransaction,
  type Transaction,
} from '@boltwarden/core/bitcoin/transaction'
import type { Brand } from '@boltwarden/core/brand'
import type { Result } from '@boltwarden/core/result'

/** A block's id in internal byte order, 32 bytes. */
export type BlockHash = Brand<Uint8Array, 'BlockHash'>

/** The fields of a block's 80 bytes of header. */
export type Header = {
  readonly version: number
  readonly previous: BlockHash
  /** Internal byte order, 32 bytes. */
  readonly merkleRoot: Uint8Array
  /** Seconds since 1970. */
  readonly time: number
  /** The target in its compact form. */
  readonly bits: number
  readonly nonce: number
}

/** A block of the chain. */
export type Block = Header & {
  readonly height: number
  readonly hash: BlockHash
  /** The coinbase first. */
  readonly transactions: readonly Transaction[]
}

/** @throws {RangeError} if `value` is not 32 bytes. */
export function blockHash(value: Uint8Array): BlockHash {
  assertBlockHash(value)
  return value
}

function assertBlockHash(value: Uint8Array): asserts value is BlockHash {
  if (value.length !== 32) {
    throw new RangeError(`"blockHash" expected 32 bytes, got ${value.length}`)
  }
}

/** The 80 bytes that the proof of work is about. */
export function serialiseHeader(header: Header): Uint8Array {
  return new ByteWriter(80)
    .u32(header.version)
    .bytes(header.previous)
    .bytes(header.merkleRoot)
    .u32(header.time)
    .u32(header.bits)
    .u32(header.nonce)
    .finish()
}

/** The hash of a header: the block's id, in internal byte order. */
export function hashOf(header: Header): BlockHash {
  return blockHash(sha256d(serialiseHeader(header)))
}

/** A whole block as it goes over the wire: header, count, transactions with their witnesses. */
export function serialiseBlock(block: Block): Uint8Array {
  const writer = new ByteWriter(1024)
    .bytes(serialiseHeader(block))
    .compactSize(block.transactions.length)
  for (const transaction of block.transactions) writer.bytes(serialiseTransaction(transaction))
  return writer.finish()
}

/** The longest block that is read, in bytes. */
const maxBlockBytes = 4_000_000

/**
 * Reads a block as {@link serialiseBlock} writes it.
 *
 * @param height - where it stands; the bytes do not say.
 */
export function parseBlock(bytes: Uint8Array, height: number): Result<Block, ParseProblem> {
  return parseBytes(bytes, maxBlockBytes, (reader) => {
    const header: Header = {
      version: reader.u32(),
      previous: blockHash(reader.take(32)),
      merkleRoot: reader.take(32),
      time: reader.u32(),
      bits: reader.u32(),
      nonce: reader.u32(),
    }
    const transactions: Transaction[] = []
    for (let left = reader.count(60); left > 0; left--) transactions.push(readTransaction(reader))
    return { ...header, height, hash: hashOf(header), transactions }
  })
}
