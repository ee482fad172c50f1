import { writeFileSync } from 'node:fs'
import { addressOf } from '@boltwarden/core/bitcoin/address'
import { bip143Digest, scriptCode } from '@boltwarden/core/bitcoin/bip143'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { publicKey, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { afterEach, describe, expect, test } from 'vitest'
import { eventBody } from './shared/events.ts'
import { startTestService } from './shared/service.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A script of nobody's. */
const stranger = p2wpkh(publicKey(new Uint8Array(33).fill(2)))
const address = addressOf(stranger, 'REGTEST') ?? ''

async function start(policy: string) {
  const signer = await startTestService({
    seedHex: '07'.repeat(32),
    webhookSecret: 'a-webhook-secret-of-the-tests',
    respondDirectly: true,
    policy,
  })
  closers.push(signer.remove, () => signer.service.close())
  const key = (change: 0 | 1) =>
    p2wpkh(signer.keychain.publicKey({ purpose: 'l1-wallet', coin: 2, change, index: 0 }))
  /** Asks the L1 wallet to pay the stranger; each time from another coin. */
  const withdraw = async (amount: bigint, coin: number) => {
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
    const reply = await signer.post(eventBody({ ...data, signing_jobs: [job] }))
    const { signatures } = JSON.parse(await reply.text())
    // A decline is answered with its mutation alone; the log says why.
    return signatures === undefined ? JSON.parse(signer.lines.at(-1) ?? '{}') : 'signed'
  }
  const api = async (method: string, path: string, body?: object) =>
    (await signer.admin(method, path, body)).json()
  return { ...signer, withdraw, api }
}

describe('a withdrawal over the wire', () => {
  test('is refused, signed once it was announced, and not twice', async () => {
    const { withdraw, api } = await start('[onchain]\nrequire_intents = true\n')
    expect(await withdraw(20_000n, 1)).not.toBe('signed')
    const announced = { kind: 'withdrawal', address, amount_sats: 20_000, id: 'rent' }
    expect(await api('POST', '/intents', announced)).toMatchObject({ created: true })
    expect(await withdraw(20_001n, 2)).not.toBe('signed')
    expect(await withdraw(20_000n, 3)).toBe('signed')
    expect(await api('GET', '/intents/rent')).toMatchObject({
      status: 'used',
      used_by: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await withdraw(20_000n, 4)).not.toBe('signed')
  })

  test('may go to whom the policy file allows, from the reload on', async () => {
    const { withdraw, api, policyFile = '' } = await start('')
    expect(await withdraw(20_000n, 1)).toMatchObject({
      tags: expect.arrayContaining(['policy-onchain-no-unknown-outputs']),
    })
    const entry = `[[onchain.addresses]]\naddress = "${address}"\nlabel = "landlord"\n`
    writeFileSync(policyFile, entry)
    expect(await api('POST', '/policy/reload')).toMatchObject({
      changes: [{ key: `onchain.addresses[${address}]`, to: { label: 'landlord' } }],
    })
    expect(await withdraw(20_000n, 2)).toBe('signed')
    writeFileSync(policyFile, `[onchain]\nhourly_sats = 30000\n${entry}`)
    await api('POST', '/policy/reload')
    expect(await withdraw(20_000n, 3)).toMatchObject({ tags: ['policy-velocity-funding'] })
  })
})
