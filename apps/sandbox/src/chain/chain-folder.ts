import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { type Block, parseBlock, serialiseBlock } from './block.ts'
import type { Chain, ChainOptions, MempoolEntry } from './chain.ts'
import { createChain, type History } from './create-chain.ts'
import { readRawTransaction } from './raw-transaction.ts'

// chain.ndjson: a line with the format and what the chain began with, then one line for each thing
// that happened. The chain is what is left when they are played again, every rule checked anew.

/** The name of the file in its folder. */
export const chainFile = 'chain.ndjson'

const format = 'boltwarden-sandbox-chain'
const version = 1

type Line =
  | { readonly format: string; readonly version: number; readonly premine: number }
  | { readonly connected: string }
  | { readonly disconnected: string }
  | { readonly accepted: string }
  | { readonly evicted: string }

/** What a chain that is kept in a folder may begin with. Allocations are not kept. */
export type KeptChainOptions = Omit<ChainOptions, 'allocations'>

/**
 * The chain of a folder: as it was left, or a new one. From now on it writes down what happens.
 *
 * @throws {RangeError} if the folder's chain is of another format, or breaks a rule. What a crash
 * left of a last line is ignored.
 */
export function openChain(folder: string, options: KeptChainOptions): Chain {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, chainFile)
  const lines = existsSync(file) ? readLines(file) : []
  const [first] = lines
  const premine = first && 'premine' in first ? { premine: first.premine } : {}
  const chain = createChain({ ...options, ...premine }, historyOf(lines))
  if (first === undefined) {
    writeFileSync(`${file}.new`, beginning(chain), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  keep(chain, file)
  return chain
}

const text = (line: Line) => `${JSON.stringify(line)}\n`

/** The first line and the blocks that were mined ahead. */
function beginning(chain: Chain): string {
  const { height } = chain.tip()
  const blocks = Array.from({ length: height }, (_, at) => chain.blockAt(at + 1))
  return [
    text({ format, version, premine: height }),
    ...blocks.flatMap((block) =>
      block ? [text({ connected: toHex(serialiseBlock(block)) })] : [],
    ),
  ].join('')
}

function keep(chain: Chain, file: string): void {
  const append = (line: Line) => appendFileSync(file, text(line))
  const id = ({ txid }: MempoolEntry) => toHex(txid)
  chain.subscribe({
    blockConnected: (block) => append({ connected: toHex(serialiseBlock(block)) }),
    blockDisconnected: (block) => append({ disconnected: toHex(block.hash) }),
    transactionAccepted: ({ transaction }) =>
      append({ accepted: toHex(serialiseTransaction(transaction)) }),
    transactionEvicted: (entry) => append({ evicted: id(entry) }),
  })
}

/** The whole lines of a file; cuts off what a crash left of a last one. */
function readLines(file: string): readonly Line[] {
  const content = readFileSync(file, 'utf8')
  const whole = content.slice(0, content.lastIndexOf('\n') + 1)
  if (whole.length < content.length) writeFileSync(file, whole)
  const lines: readonly Line[] = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const [first] = lines
  if (first !== undefined && (!('format' in first) || first.format !== format)) {
    throw new RangeError(`"${file}" expected the format ${format}`)
  }
  if (first !== undefined && 'version' in first && first.version !== version) {
    throw new RangeError(`"${file}" expected version ${version}, got ${first.version}`)
  }
  return lines
}

/** What is left of all that happened: the active blocks, and the transactions that wait. */
function historyOf(lines: readonly Line[]): History {
  const blocks: Block[] = []
  const waiting = new Map<string, Transaction>()
  const idOf = (transaction: Transaction) => toHex(transactionId(transaction))
  for (const line of lines) {
    if ('connected' in line) {
      const block = blockOf(line.connected, blocks.length + 1)
      blocks.push(block)
      for (const transaction of block.transactions) waiting.delete(idOf(transaction))
    }
    if ('disconnected' in line) blocks.pop()
    if ('accepted' in line) {
      const transaction = transactionOf(line.accepted)
      waiting.set(idOf(transaction), transaction)
    }
    if ('evicted' in line) waiting.delete(line.evicted)
  }
  return { blocks, waiting: [...waiting.values()] }
}

function blockOf(hex: string, height: number): Block {
  const parsed = parseBlock(hexToBytes(hex), height)
  if (parsed.ok) return parsed.value
  throw new RangeError(`"block" ${height} ${parsed.error.message}`)
}

function transactionOf(hex: string): Transaction {
  const parsed = readRawTransaction(hexToBytes(hex))
  if (parsed.ok) return parsed.value
  throw new RangeError(`"transaction" ${parsed.error.message}`)
}
