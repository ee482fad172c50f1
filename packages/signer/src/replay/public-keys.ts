import { readFileSync } from 'node:fs'
import { type PublicKey, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { formatKeyPath, type KeyPath, parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { OwnScriptPath } from '@boltwarden/core/keys/own-scripts'
import { type Network, networks } from '@boltwarden/core/network'
import type { CommitmentIndex } from '@boltwarden/core/units'
import type { Ports } from '@boltwarden/policy/facts'
import { z } from 'zod'
import { SignerFault, systemReason } from '../fault.ts'
import { writeNew } from '../write-file.ts'

/** What judging asks of the keys: public things only. */
export type PublicSide = Ports['keys']

const hexKey = z.string().regex(/^0[23][0-9a-f]{64}$/)
const fileShape = z.strictObject({
  v: z.literal(1),
  network: z.enum(networks),
  fingerprint: z.string().regex(/^[0-9a-f]{8}$/),
  /** Public keys by their path. */
  keys: z.record(z.string(), hexKey),
  /** Per-commitment points by the channel's number and the index. */
  points: z.record(z.string(), hexKey),
  /** Paths of our own keys by the script that pays them; null where a script pays none. */
  scripts: z.record(z.string(), z.string().nullable()),
})

/** The public side of a node, as far as some events ask for it. */
export type PublicKeysFile = z.output<typeof fileShape>

/**
 * Keys that note what they are asked for, so that the same events can be judged later on a machine
 * without the key store. An extended public key would do more than that: with one private key below
 * it, it gives them all.
 */
export class NotedKeys implements PublicSide {
  readonly #keys: PublicSide
  readonly #noted: PublicKeysFile

  constructor(
    keys: PublicSide,
    realm: { readonly network: Network; readonly fingerprint: string },
  ) {
    const { network, fingerprint } = realm
    this.#keys = keys
    this.#noted = { v: 1, network, fingerprint, keys: {}, points: {}, scripts: {} }
  }

  publicKey(path: KeyPath): PublicKey {
    const key = this.#keys.publicKey(path)
    this.#noted.keys[formatKeyPath(path)] = toHex(key)
    return key
  }

  perCommitmentPoint(channel: number, index: CommitmentIndex): PublicKey {
    const point = this.#keys.perCommitmentPoint(channel, index)
    this.#noted.points[`${channel}/${index}`] = toHex(point)
    return point
  }

  ownScripts(network: Network) {
    const scripts = this.#keys.ownScripts(network)
    return {
      find: (scriptPubKey: Uint8Array) => {
        const path = scripts.find(scriptPubKey)
        this.#noted.scripts[toHex(scriptPubKey)] = path === undefined ? null : formatKeyPath(path)
        return path
      },
    }
  }

  /** @throws {SignerFault} `TARGET_EXISTS` or `WRITE_FAILED`. */
  writeTo(file: string): void {
    writeNew(file, new TextEncoder().encode(`${JSON.stringify(this.#noted, null, 1)}\n`), 0o600)
  }
}

/**
 * Reads what {@link NotedKeys.writeTo} wrote.
 *
 * @throws {SignerFault} `PUBLIC_KEYS_UNREADABLE`.
 */
export function readPublicKeys(file: string): PublicKeysFile {
  const unreadable = (reason: string, cause?: unknown) =>
    new SignerFault({ code: 'PUBLIC_KEYS_UNREADABLE', file, reason }, { cause })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(systemReason(cause), cause)
  }
  const read = fileShape.safeParse(jsonOf(text))
  if (!read.success) throw unreadable('not a file of public keys')
  return read.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keys out of a file. What does not stand there is a fault that names it. */
export function keysOfFile(noted: PublicKeysFile): PublicSide {
  const read = (known: Readonly<Record<string, string>>, name: string): PublicKey => {
    const hex = known[name]
    if (hex === undefined) throw new SignerFault({ code: 'PUBLIC_KEY_MISSING', key: name })
    return publicKey(hexToBytes(hex))
  }
  return {
    publicKey: (path) => read(noted.keys, formatKeyPath(path)),
    perCommitmentPoint: (channel, index) => read(noted.points, `${channel}/${index}`),
    ownScripts: () => ({ find: (scriptPubKey) => ownPath(noted, toHex(scriptPubKey)) }),
  }
}

function ownPath({ scripts }: PublicKeysFile, script: string): OwnScriptPath | undefined {
  const text = scripts[script]
  if (text === undefined) throw new SignerFault({ code: 'PUBLIC_KEY_MISSING', key: script })
  const path = text === null ? undefined : parseKeyPath(text)
  const { value } = path?.ok === true ? path : { value: undefined }
  return value?.purpose === 'destination' || value?.purpose === 'l1-wallet' ? value : undefined
}
