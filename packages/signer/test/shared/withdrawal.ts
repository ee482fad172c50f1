import { addressOf } from '@boltwarden/core/bitcoin/address'
import { bip143Digest, scriptCode } from '@boltwarden/core/bitcoin/bip143'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { publicKey, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { sats } from '@boltwarden/core/units'
import { eventBody } from './events.ts'

/** A script of nobody's. */
const stranger = p2wpkh(publicKey(new Uint8Array(33).fill(2)))

/** Whom the withdrawals pay. */
export const strangersAddress: string = addressOf(stranger, 'REGTEST') ?? ''

/** Asks the L1 wallet to pay the stranger; each time from another coin. */
export function withdrawal(
  keychain: Keychain,
  amount: bigint,
  coin: number,
  fields: object = {},
): string {
  const key = (change: 0 | 1) =>
    p2wpkh(keychain.publicKey({ purpose: 'l1-wallet', coin: 2, change, index: 0 }))
  const held = sats(100_000n)
  const input = {
    txid: txid(new Uint8Array(32).fill(coin)),
    vout: 0,
    scriptSig: new Uint8Array(),
    sequence: 0xffff_fffd,
    witness: [],
  }
  const outputs = [
    { value: sats(amount), scriptPubKey: stranger },
    { value: sats(held - amount - 500n), scriptPubKey: key(1) },
  ]
  const transaction = { version: 2, inputs: [input], outputs, locktime: 0 }
  const job = {
    id: `SignablePayload:${coin}`,
    derivation_path: "m/84'/2'/0'/0/0",
    message: toHex(bip143Digest(transaction, 0, key(0), held, 'all')),
    is_raw: true,
    script: toHex(scriptCode(key(0))),
    transaction: toHex(serialiseTransaction(transaction)),
    amount: Number(held),
    destination_derivation_path: "m/84'/2'/0'/1/0",
  }
  const data = { sub_event_type: 'DERIVE_KEY_AND_SIGN', bitcoin_network: 'REGTEST' }
  return eventBody({ ...data, signing_jobs: [job] }, fields)
}
