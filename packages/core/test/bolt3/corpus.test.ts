import { readdirSync, readFileSync } from 'node:fs'
import { SighashSearch } from '@boltwarden/core/bitcoin/sighash-search'
import {
  parseTransaction,
  serialiseTransaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { recogniseScript, recogniseSpend } from '@boltwarden/core/bolt3/spend'
import { compactSignature, digest, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { fromDisplayOrder, okValue } from '../bitcoin/vectors.ts'

type Job = { id: string; message: string; script: string; transaction: string; amount: number }
type Line = {
  label: string | null
  event: { data: { signing_jobs?: Job[] } }
  expected: { variables: { signatures: { id: string; signature: string }[] } }
}
type Header = { chain_txs: { txid: string; raw: string }[] }

const folder = new URL('../../../../vectors/corpus/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')
const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => name.replace('.ndjson', ''))

/** What each label may be recognised as, as `template spend`. */
const expected: Readonly<Record<string, readonly string[]>> = {
  l1_wallet: ['p2wpkh wallet'],
  sign_counterparty_commitment: [
    'funding commitment',
    'offered-htlc htlc-transaction',
    'received-htlc htlc-transaction',
  ],
  sign_closing_transaction: ['funding closing'],
  sweep_static: ['p2wpkh wallet'],
  sweep_static_payment: ['p2wpkh wallet', 'to-remote to-remote-sweep'],
  sign_holder_commitment: ['funding commitment'],
  sign_counterparty_htlc_transaction: ['offered-htlc htlc-claim', 'received-htlc htlc-claim'],
  sign_holder_htlc_transaction: ['offered-htlc htlc-transaction', 'received-htlc htlc-transaction'],
  sweep_delayed: ['to-local to-local-sweep'],
  sign_justice_revoked_output: ['to-local justice'],
  sign_justice_revoked_htlc: ['offered-htlc justice', 'received-htlc justice'],
}

/** Both keys that the official signer's signature may be by; one is the job's own. */
function candidateKeys(message: Uint8Array, signature: string) {
  const compact = compactSignature(hexToBytes(signature))
  return [0, 1].map((recovery) => {
    const point = secp256k1.Signature.fromBytes(compact)
      .addRecoveryBit(recovery)
      .recoverPublicKey(message)
    return publicKey(point.toBytes(true))
  })
}

function recognise(job: Job, signature: string): string {
  const { transaction } = okValue(parseUnsignedTransaction(hexToBytes(job.transaction)))
  const message = digest(hexToBytes(job.message))
  const script = hexToBytes(job.script)
  const found = new SighashSearch(transaction).find(script, sats(BigInt(job.amount)), [message])
  if (found === undefined) return 'message not found'
  const template = recogniseScript(script)
  const spends = candidateKeys(message, signature).map(
    (key) => recogniseSpend(transaction, found.inputIndex, template, key).kind,
  )
  return `${template?.template} ${spends.filter((kind) => kind !== 'unknown').join()}`
}

describe.each(scenarios)('corpus %s', (scenario) => {
  const lines: Line[] = read(`${scenario}.ndjson`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const header: Header = JSON.parse(read(`${scenario}.header.json`))

  test('every job signs an input of its transaction and spends a known script', () => {
    for (const { label, event, expected: answer } of lines) {
      for (const [i, job] of (event.data.signing_jobs ?? []).entries()) {
        const signature = answer.variables.signatures[i]?.signature ?? ''
        expect(expected[label ?? '']).toContain(recognise(job, signature))
      }
    }
  })

  test('every transaction is read and written back', () => {
    const jobs = lines.flatMap((line) => line.event.data.signing_jobs ?? [])
    for (const { transaction } of jobs) {
      const parsed = okValue(parseTransaction(hexToBytes(transaction)))
      expect(toHex(serialiseTransaction(parsed))).toBe(transaction)
    }
    for (const { txid, raw } of header.chain_txs) {
      const parsed = okValue(parseTransaction(hexToBytes(raw)))
      expect(toHex(serialiseTransaction(parsed))).toBe(raw)
      expect(transactionId(parsed)).toEqual(fromDisplayOrder(txid))
    }
  })
})
