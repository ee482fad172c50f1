import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { startTestService } from './shared/service.ts'
import { strangersAddress, withdrawal } from './shared/withdrawal.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const address = strangersAddress

async function start(policy: string) {
  const signer = await startTestService({
    seedHex: '07'.repeat(32),
    webhookSecret: 'a-webhook-secret-of-the-tests',
    respondDirectly: true,
    policy,
  })
  closers.push(signer.remove, () => signer.service.close())
  /** Asks the L1 wallet to pay the stranger; each time from another coin. */
  const withdraw = async (amount: bigint, coin: number) => {
    const reply = await signer.post(withdrawal(signer.keychain, amount, coin))
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
