import { toHex } from '@boltwarden/core/hex'
import { type Sats, sats } from '@boltwarden/core/units'
import type { Intent, WithdrawalIntent } from '../state/intent.ts'
import { outPointKey } from '../state/out-point.ts'
import type { OnchainTransaction } from './onchain-transaction.ts'

/** Which of a transaction's outputs registered withdrawals cover. */
export type Withdrawals = {
  /** Undefined where nothing is registered for the script. */
  readonly covers: (scriptPubKey: Uint8Array) => boolean | undefined
  /** The intents that it uses, each once, marked so. */
  readonly used: readonly WithdrawalIntent[]
}

/**
 * Finds the registered withdrawals that a transaction serves. Outputs to one script count together.
 * An intent serves once: another transaction may use it again only where it spends the first input
 * of the one before, so that not both can confirm.
 */
export function withdrawalsOf(
  { txid, transaction, outputs }: OnchainTransaction,
  intents: readonly Intent[],
  atMs: number,
): Withdrawals {
  const [first] = transaction.inputs
  const inputs = new Set(transaction.inputs.map(outPointKey))
  const wanted = new Map<string, bigint>()
  for (const { scriptPubKey, value, own } of outputs) {
    const script = toHex(scriptPubKey)
    if (own === undefined) wanted.set(script, (wanted.get(script) ?? 0n) + value)
  }
  const registered = new Map<string, WithdrawalIntent[]>()
  for (const intent of intents) {
    if (intent.kind !== 'withdrawal') continue
    const script = toHex(intent.scriptPubKey)
    registered.set(script, [...(registered.get(script) ?? []), intent])
  }
  const covered = new Map<string, readonly WithdrawalIntent[] | undefined>()
  for (const [script, amount] of wanted) {
    const known = registered.get(script)
    if (known === undefined) continue
    const usable = known.filter(
      ({ expiresAtMs, usedBy, usedInput }) =>
        atMs < expiresAtMs &&
        (usedBy === undefined || (usedInput && inputs.has(outPointKey(usedInput)))),
    )
    covered.set(script, fewest(usable, sats(amount)))
  }
  const used = [...covered.values()].flatMap((serving) => serving ?? [])
  return {
    covers: (scriptPubKey) => {
      const script = toHex(scriptPubKey)
      return covered.has(script) ? covered.get(script) !== undefined : undefined
    },
    used:
      first === undefined
        ? []
        : used.map((intent) =>
            // The first use stays, so that every later one conflicts with it.
            intent.usedBy === undefined
              ? { ...intent, usedBy: txid, usedInput: { txid: first.txid, vout: first.vout } }
              : intent,
          ),
  }
}

/** The smallest one that covers the amount, else the largest ones together. */
function fewest(
  usable: readonly WithdrawalIntent[],
  amount: Sats,
): readonly WithdrawalIntent[] | undefined {
  const ascending = [...usable].sort((a, b) => (a.amountSats < b.amountSats ? -1 : 1))
  const single = ascending.find(({ amountSats }) => amountSats >= amount)
  if (single !== undefined) return [single]
  const taken: WithdrawalIntent[] = []
  let left: bigint = amount
  for (const intent of ascending.reverse()) {
    if (left <= 0n) break
    taken.push(intent)
    left -= intent.amountSats
  }
  return left <= 0n && taken.length > 0 ? taken : undefined
}
