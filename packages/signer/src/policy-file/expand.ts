import { setImmediate } from 'node:timers/promises'
import { parseAddress } from '@boltwarden/core/bitcoin/address'
import { toHex } from '@boltwarden/core/hex'
import { p2wpkhScriptsOf, parseExtendedPublicKey } from '@boltwarden/core/keys/extended-public-key'
import type { Network } from '@boltwarden/core/network'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { ConfigProblem } from '../fault.ts'
import type { PolicyFile } from './schema.ts'

/** What an allow-list is expanded with. */
export type ExpandDeps = { readonly network: Network; readonly secp256k1: Secp256k1 }

/** How many keys are derived before others have their turn: a running signer must answer. */
const chunk = 64

/** The scripts of an allow-list, in lower-case hex, and what is wrong with its entries. */
export type Expansion = {
  readonly scripts: readonly string[]
  readonly problems: readonly ConfigProblem[]
}

/** Turns addresses, scripts and extended public keys into scripts. */
export async function expandAllowList(
  { addresses, scripts, xpubs }: PolicyFile['onchain'],
  deps: ExpandDeps,
): Promise<Expansion> {
  const found = new Set<string>()
  const problems: ConfigProblem[] = []
  for (const [at, { address }] of addresses.entries()) {
    const script = parseAddress(address, deps.network)
    if (script.ok) found.add(toHex(script.value))
    else
      problems.push({
        key: `onchain.addresses.${at}.address`,
        expected: `an address of ${deps.network}: ${script.error.message}`,
      })
  }
  for (const [at, { script }] of scripts.entries()) {
    const hex = script.toLowerCase()
    if (isHex(hex)) found.add(hex)
    else
      problems.push({ key: `onchain.scripts.${at}.script`, expected: 'hex of at least one byte' })
  }
  for (const [at, entry] of xpubs.entries()) {
    const key = parseExtendedPublicKey(deps.secp256k1, entry.xpub, deps.network)
    if (!key.ok) {
      const expected = `an extended public key of ${deps.network}: ${key.error.message}`
      problems.push({ key: `onchain.xpubs.${at}.xpub`, expected })
      continue
    }
    const { branch, max_index } = entry
    for (let first = 0; first <= max_index; first += chunk) {
      const count = Math.min(chunk, max_index + 1 - first)
      const range = { branch, first, count }
      for (const script of p2wpkhScriptsOf(deps.secp256k1, key.value, range)) {
        found.add(toHex(script))
      }
      await setImmediate()
    }
  }
  return { scripts: [...found].sort(), problems }
}

function isHex(text: string): boolean {
  return /^(?:[0-9a-f]{2})+$/.test(text)
}
