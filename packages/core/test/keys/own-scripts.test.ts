import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { parseExtendedPublicKey } from '@boltwarden/core/keys/extended-public-key'
import type { KeyPath } from '@boltwarden/core/keys/key-path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { OwnScripts, ownScriptWindow } from '@boltwarden/core/keys/own-scripts'
import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { native } from '../secp256k1/backends.ts'

const seed = new Uint8Array(32).fill(11)
const keychain = Keychain.fromSeed(seed, { secp256k1: native })
const script = (path: KeyPath) => p2wpkh(keychain.publicKey(path))

function small(window: number): OwnScripts {
  const master = HDKey.fromMasterSeed(seed)
  const read = (path: string) => {
    const key = parseExtendedPublicKey(native, master.derive(path).publicExtendedKey, 'MAINNET')
    if (!key.ok) throw new RangeError(key.error.message)
    return key.value
  }
  const roots = { destinations: read('m/1'), account: read("m/84'/0'/0'"), coin: 0 } as const
  return new OwnScripts(native, roots, window)
}

describe('own scripts', () => {
  const change = fc.constantFrom<(0 | 1)[]>(0, 1)

  test('are found by the path that the keychain derives them with', () => {
    const own = keychain.ownScripts('REGTEST')
    const paths = fc.nat(300).chain((index) =>
      fc.oneof(
        fc.constant<KeyPath>({ purpose: 'destination', index }),
        change.map((c): KeyPath => ({ purpose: 'l1-wallet', coin: 2, change: c, index })),
      ),
    )
    fc.assert(
      fc.property(paths, (path) => {
        expect(own.find(script(path))).toEqual(path)
      }),
    )
  })

  test('are searched no further than needed, and once', () => {
    const own = small(1000)
    expect(own.find(script({ purpose: 'destination', index: 0 }))).toBeDefined()
    expect(own.searched).toBe(50)
    own.find(script({ purpose: 'l1-wallet', coin: 0, change: 1, index: 120 }))
    expect(own.searched).toBe(150)
    own.find(script({ purpose: 'l1-wallet', coin: 0, change: 0, index: 149 }))
    expect(own.searched).toBe(150)
  })

  test('beyond the window are not found', () => {
    const own = small(75)
    expect(own.find(script({ purpose: 'destination', index: 74 }))).toBeDefined()
    expect(own.find(script({ purpose: 'destination', index: 75 }))).toBeUndefined()
    expect(own.searched).toBe(75)
    expect(own.searchOn()).toBe(false)
  })

  test.each<[string, KeyPath]>([
    ['another coin', { purpose: 'l1-wallet', coin: 2, change: 0, index: 0 }],
    ['a channel', { purpose: 'channel-key', channel: 0, key: 'payment' }],
    ['the node identity', { purpose: 'node-identity' }],
  ])('are not the scripts of %s', (_name, path) => {
    expect(small(60).find(script(path))).toBeUndefined()
  })

  test('nothing but P2WPKH is searched for', () => {
    const own = small(60)
    expect(own.find(p2wsh(Uint8Array.of(0x51)))).toBeUndefined()
    expect(own.find(Uint8Array.of(0, 20))).toBeUndefined()
    expect(own.find(new Uint8Array())).toBeUndefined()
    expect(own.searched).toBe(0)
  })

  test('can be searched ahead', () => {
    const own = small(60)
    expect([own.searchOn(), own.searchOn(), own.searchOn()]).toEqual([true, true, false])
    expect(own.searched).toBe(60)
  })

  test.each([0, ownScriptWindow + 1, 0.5])('have no window of %d', (window) => {
    expect(() => small(window)).toThrow('"window" expected integer')
  })

  test('are kept for each coin', () => {
    expect(keychain.ownScripts('TESTNET')).toBe(keychain.ownScripts('SIGNET'))
    expect(keychain.ownScripts('TESTNET')).not.toBe(keychain.ownScripts('MAINNET'))
  })
})
