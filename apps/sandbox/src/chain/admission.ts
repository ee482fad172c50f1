import type { OutPoint, Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
import { toHex } from '@boltwarden/core/hex'
import { err, ok, type Result } from '@boltwarden/core/result'
import { type Sats, sats } from '@boltwarden/core/units'
import { type Coin, coinKey, isNull } from './coin.ts'
import { isFinal, type Moment, relativelyLocked } from './lock-times.ts'
import { coinbaseMaturity } from './regtest.ts'
import type { Rejection } from './rejection.ts'
import { verifyScripts } from './script-verification.ts'

/** What a transaction is checked against. */
export type Surroundings = {
  readonly moment: Moment
  /** What may be spent: confirmed, or made by a transaction before this one. */
  readonly coin: (outPoint: OutPoint) => Coin | undefined
  /** Whether a block has spent this output. */
  readonly isSpent: (outPoint: OutPoint) => boolean
}

/** What follows from a transaction that may confirm. */
export type Admission = { readonly fee: Sats; readonly spent: readonly TxOut[] }

const reject = (rule: Rejection['rule'], message: string, inputIndex?: number) =>
  err<Rejection>({ rule, message, ...(inputIndex !== undefined && { inputIndex }) })

/**
 * Checks all that depends on the chain and not on scripts: that the inputs exist, once, unspent and
 * mature, that no more goes out than comes in, and both kinds of lock time.
 */
export function checkPlace(
  transaction: Transaction,
  surroundings: Surroundings,
): Result<Admission, Rejection> {
  const { moment } = surroundings
  const found = findCoins(transaction, surroundings)
  if (!found.ok) return found
  const young = found.value.findIndex(
    ({ coinbase, height }) => coinbase && moment.height - height < coinbaseMaturity,
  )
  if (young !== -1) return reject('immature-coinbase', 'a coinbase waits for 100 blocks', young)

  const spent = found.value.map(({ output }) => output)
  const [comesIn, goesOut] = [total(spent), total(transaction.outputs)]
  if (goesOut > comesIn) {
    return reject('inflation', `${comesIn} sat come in and ${goesOut} sat go out`)
  }
  if (!isFinal(transaction, moment)) {
    return reject('lock-time', `lock time ${transaction.locktime} at height ${moment.height}`)
  }
  const heights = found.value.map(({ height }) => height)
  const locked = relativelyLocked(transaction, heights, moment)
  if (locked !== undefined) {
    return reject(
      'relative-lock-time',
      `sequence ${transaction.inputs[locked]?.sequence}, coin of height ${heights[locked]}, at height ${moment.height}`,
      locked,
    )
  }
  return ok({ fee: sats(comesIn - goesOut), spent })
}

/** Checks everything that a block may not break. */
export function checkConsensus(
  transaction: Transaction,
  surroundings: Surroundings,
): Result<Admission, Rejection> {
  const admission = checkPlace(transaction, surroundings)
  if (!admission.ok) return admission
  const problem = verifyScripts(transaction, admission.value.spent)
  return problem?.breaks === 'consensus'
    ? reject('script', problem.reason, problem.inputIndex)
    : admission
}

/** Checks everything that a block may not break, and what nodes ask besides before they relay. */
export function checkRelay(
  transaction: Transaction,
  surroundings: Surroundings,
): Result<Admission, Rejection> {
  const admission = checkPlace(transaction, surroundings)
  if (!admission.ok) return admission
  const problem = verifyScripts(transaction, admission.value.spent)
  if (problem !== undefined) {
    const rule = problem.breaks === 'consensus' ? 'script' : 'non-standard-script'
    return reject(rule, problem.reason, problem.inputIndex)
  }
  if (transaction.version < 1 || transaction.version > 3) {
    return reject('non-standard-version', `version ${transaction.version}`)
  }
  const dust = transaction.outputs.findIndex(
    ({ value, scriptPubKey }) => value < dustLimitOf(scriptPubKey),
  )
  if (dust !== -1) {
    return reject('dust', `output ${dust} has ${transaction.outputs[dust]?.value} sat`)
  }
  return admission
}

function findCoins(
  transaction: Transaction,
  { coin, isSpent }: Surroundings,
): Result<readonly Coin[], Rejection> {
  const seen = new Set<string>()
  const coins: Coin[] = []
  for (const [inputIndex, input] of transaction.inputs.entries()) {
    if (isNull(input)) return reject('coinbase', 'an input spends nothing', inputIndex)
    const key = coinKey(input)
    if (seen.has(key)) return reject('duplicate-input', `spends ${shown(input)} twice`, inputIndex)
    seen.add(key)
    const found = coin(input)
    if (found === undefined) {
      return isSpent(input)
        ? reject('double-spend', `${shown(input)} is spent`, inputIndex)
        : reject('missing-input', `there is no ${shown(input)}`, inputIndex)
    }
    coins.push(found)
  }
  return ok(coins)
}

function total(outputs: readonly TxOut[]): bigint {
  return outputs.reduce((sum, { value }) => sum + value, 0n)
}

/** An outpoint as explorers write it. */
function shown({ txid, vout }: OutPoint): string {
  return `${toHex(txid.toReversed())}:${vout}`
}
