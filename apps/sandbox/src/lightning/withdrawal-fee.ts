import type { LightningBackend } from './lightning-backend.ts'

/** Weight of a transaction with one P2WPKH input and two P2WPKH outputs. */
const withdrawalWeight = 561n

/** What a withdrawal from one coin would pay at the node's feerate, in millisatoshis. */
export function withdrawalFeeMsat(backend: LightningBackend): bigint {
  return BigInt(backend.feerate()) * withdrawalWeight
}
