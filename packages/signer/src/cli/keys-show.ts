import { toHex } from '@boltwarden/core/hex'
import { channelKeyNames } from '@boltwarden/core/keys/key-path'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { SignerFault } from '../fault.ts'
import { openKeychain, type UnlockFlags } from './open-keychain.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden keys show`. */
export type KeysShowFlags = UnlockFlags & {
  readonly config: string
  readonly channels?: string
  readonly destinations?: string
  readonly json?: boolean
}

/** The most channels, and the most destinations, that are shown at once. */
const maxNumbers = 1000

/** `boltwarden keys show`: public keys only. */
export async function runKeysShow(flags: KeysShowFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const channels = parseNumbers('--channels', flags.channels ?? '')
  const destinations = parseNumbers('--destinations', flags.destinations ?? '')
  const keychain = await openKeychain(config, flags, terminal)
  try {
    const shown = publicSide(keychain, config, channels, destinations)
    print(terminal, flags.json, shown, describe(shown))
  } finally {
    keychain.dispose()
  }
}

type PublicSide = ReturnType<typeof publicSide>

function publicSide(
  keychain: Keychain,
  config: Config,
  channels: readonly number[],
  destinations: readonly number[],
) {
  return {
    network: config.network,
    fingerprint: keychain.fingerprint,
    nodeId: toHex(keychain.publicKey({ purpose: 'node-identity' })),
    l1Xpub: keychain.l1AccountXpub(config.network),
    destinations: destinations.map((index) => ({
      index,
      path: `m/1/${index}`,
      publicKey: toHex(keychain.publicKey({ purpose: 'destination', index })),
    })),
    channels: channels.map((channel) => ({
      channel,
      path: `m/3/${channel}`,
      keys: Object.fromEntries(
        channelKeyNames.map((key) => [
          key,
          toHex(keychain.publicKey({ purpose: 'channel-key', channel, key })),
        ]),
      ),
    })),
  }
}

/**
 * Reads `0..4,7`.
 *
 * @throws {SignerFault} `USAGE`.
 */
export function parseNumbers(flag: string, text: string): readonly number[] {
  const numbers = new Set<number>()
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const match = /^([0-9]{1,10})(?:\.\.([0-9]{1,10}))?$/.exec(part.trim())
    const first = Number(match?.[1])
    const last = Number(match?.[2] ?? match?.[1])
    const fits = match !== null && first <= last && last < 2 ** 31 && last - first < maxNumbers
    if (!fits || numbers.size + last - first >= maxNumbers) {
      const expected = `${flag} as 0..4,7: at most ${maxNumbers} numbers below 2^31`
      throw new SignerFault({ code: 'USAGE', expected })
    }
    for (let number = first; number <= last; number++) numbers.add(number)
  }
  return [...numbers].sort((a, b) => a - b)
}

function describe(shown: PublicSide): string {
  const row = (name: string, value: string) => `${name.padEnd(26)} ${value}\n`
  return [
    row('network', shown.network),
    row('fingerprint', shown.fingerprint),
    row('node id', shown.nodeId),
    row('L1 xpub', shown.l1Xpub),
    ...shown.destinations.map(({ path, publicKey }) => row(path, publicKey)),
    ...shown.channels.flatMap(({ path, keys }) => [
      `\n${path}\n`,
      ...Object.entries(keys).map(([name, key]) => row(`  ${name}`, key)),
    ]),
  ].join('')
}
