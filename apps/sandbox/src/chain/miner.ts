import { ByteReader } from '@boltwarden/core/bitcoin/byte-reader'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { err, ok, type Result } from '@boltwarden/core/result'
import type { Block } from './block.ts'
import { assembleBlock, selectTransactions } from './block-assembly.ts'
import { checkBlock, checkBody } from './block-validation.ts'
import type {
  Chain,
  ChainListener,
  Mining,
  Reorganisation,
  ReorganisationProblem,
} from './chain.ts'
import type { Ledger } from './ledger.ts'
import type { Mempool, Settlement } from './mempool.ts'
import { readRawTransaction } from './raw-transaction.ts'

/** Moves the tip: forwards, and back again. */
export type Miner = Pick<Chain, 'mine' | 'reorganise'> & {
  /** Mines the blocks that are there before anything else. */
  readonly premine: () => void
  /** @throws {RangeError} if a block that was mined before does not follow on the tip. */
  readonly follow: (block: Block) => void
}

/** What a miner works on. */
export type MinerParts = {
  readonly ledger: Ledger
  readonly mempool: Mempool
  readonly listeners: ReadonlySet<ChainListener>
  readonly nowSeconds: () => number
  readonly premine: number
}

type Template = {
  readonly time: number
  readonly tag: number
  readonly transactions: readonly Transaction[]
  readonly fees: bigint
}

const tenMinutes = 600

/** A miner for a ledger and its mempool. */
export function createMiner(parts: MinerParts): Miner {
  const { ledger, mempool, nowSeconds, premine } = parts
  const moveTip = exclusively()

  const extend = ({ time, ...template }: Template): Block => {
    const { height, hash } = ledger.tip()
    const least = ledger.next().medianTime + 1
    const block = assembleBlock({
      ...template,
      height: height + 1,
      previous: hash,
      time: Math.max(time, least),
    })
    connect(parts, block)
    return block
  }
  const mine = (count: number, mining: Mining): readonly Block[] => {
    const blocks: Block[] = []
    for (let left = count; left > 0; left--) {
      const chosen = selectTransactions(mempool.entries(), mining.feerateFloor ?? 0)
      const fees = chosen.reduce((sum, { fee }) => sum + fee, 0n)
      const transactions = chosen.map(({ transaction }) => transaction)
      blocks.push(extend({ time: nowSeconds(), tag: 0, transactions, fees }))
    }
    return blocks
  }

  return {
    mine: (count = 1, mining = {}) => moveTip(() => mine(atLeastOne('count', count), mining)),
    reorganise: (reorganisation) =>
      moveTip(() => {
        const depth = atLeastOne('depth', reorganisation.depth)
        if (ledger.tip().height - depth < premine) {
          throw new RangeError(`"depth" expected at most ${ledger.tip().height - premine}`)
        }
        const planned = plan(parts, reorganisation)
        if (!planned.ok) return planned
        // The abandoned tip tells the new branch from every other one on the same block.
        const tag = new ByteReader(ledger.tip().hash).u32()
        for (let left = depth; left > 0; left--) disconnect(parts)
        const empty = { time: nowSeconds(), tag, transactions: [], fees: 0n }
        const length = atLeastOne('length', reorganisation.length ?? depth + 1)
        return ok(
          Array.from({ length }, (_, at) =>
            extend(at === 0 ? { ...empty, ...planned.value } : empty),
          ),
        )
      }),
    premine: () => {
      const start = nowSeconds() - premine * tenMinutes
      for (let at = 1; at <= premine; at++) {
        extend({ time: start + at * tenMinutes, tag: 0, transactions: [], fees: 0n })
      }
    },
    follow: (block) => {
      const checked = checkBlock(block, ledger)
      if (!checked.ok) throw new RangeError(`"block" ${block.height} ${checked.error.message}`)
      ledger.connect(block)
    },
  }
}

/** Lets one thing at a time move the tip: a listener that tried to would run into its own news. */
function exclusively(): <T>(move: () => T) => T {
  let isMoving = false
  return (move) => {
    if (isMoving) throw new TypeError('"chain" must not be mined by one of its listeners')
    isMoving = true
    try {
      return move()
    } finally {
      isMoving = false
    }
  }
}

/** Reads and checks what the new branch is to confirm, on the block it grows from. */
function plan(
  { ledger }: MinerParts,
  { depth, confirming = [] }: Reorganisation,
): Result<Pick<Template, 'transactions' | 'fees'>, ReorganisationProblem> {
  const transactions: Transaction[] = []
  for (const [at, raw] of confirming.entries()) {
    const read = readRawTransaction(raw)
    if (!read.ok) return err({ at, rejection: read.error })
    transactions.push(read.value)
  }
  const taken = Array.from({ length: depth }, () => ledger.disconnect())
  const checked = checkBody(transactions, ledger)
  for (const block of taken.toReversed()) ledger.connect(block)
  return checked.ok ? ok({ transactions, fees: checked.value.fees }) : checked
}

function connect({ ledger, mempool, listeners }: MinerParts, block: Block): void {
  ledger.connect(block)
  const settlement = mempool.settle('conflicts-with-block')
  for (const listener of listeners) listener.blockConnected?.(block)
  tell(listeners, settlement)
}

function disconnect({ ledger, mempool, listeners }: MinerParts): void {
  const block = ledger.disconnect()
  const settlement = mempool.settle('no-longer-valid', block.transactions.slice(1))
  for (const listener of listeners) listener.blockDisconnected?.(block)
  tell(listeners, settlement)
}

function tell(listeners: ReadonlySet<ChainListener>, { departed, returned }: Settlement): void {
  for (const { entry, why } of departed) {
    for (const listener of listeners) listener.transactionEvicted?.(entry, why)
  }
  for (const entry of returned) {
    for (const listener of listeners) listener.transactionAccepted?.(entry)
  }
}

function atLeastOne(label: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new RangeError(`"${label}" expected an integer from 1, got ${value}`)
}
