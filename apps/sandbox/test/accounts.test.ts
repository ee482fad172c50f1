import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { addUp, readAccounts } from '../src/demo/accounts.ts'
import { createChain } from '../src/index.ts'
import { open, openScript, pay, raw } from './open-coins.ts'

/** A chain on which the faucet gave 500,000 sat, of which 400 became fees and 330 an anchor. */
function spent() {
  const chain = createChain({ nowSeconds: () => 1_700_000_000 })
  const given = chain.fund(openScript, sats(500_000n))
  chain.mine()
  chain.submit(raw(pay([given], [open(330n), open(499_270n)])))
  chain.mine()
  return chain
}

describe('the sum of all money, from the chain alone', () => {
  const wallet = { name: 'wallet', owns: ({ vout }: { readonly vout: number }) => vout === 1 }

  test('wallets, fees and anchors are what the faucet gave', () => {
    const accounts = readAccounts(spent(), [wallet])
    expect(accounts).toEqual({
      gave: 500_000n,
      wallets: [{ name: 'wallet', sats: 499_270n }],
      fees: 400n,
      anchors: 330n,
      elsewhere: 0n,
    })
    expect(addUp(accounts)).toBe(true)
  })

  test('money that is nobody’s does not add up', () => {
    const accounts = readAccounts(spent(), [{ name: 'wallet', owns: () => false }])
    expect(accounts.elsewhere).toBe(499_270n)
    expect(addUp(accounts)).toBe(false)
  })

  test('nor does money that two own', () => {
    expect(addUp(readAccounts(spent(), [wallet, { ...wallet, name: 'other' }]))).toBe(false)
  })
})
