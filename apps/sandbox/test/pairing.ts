import { HDKey } from '@scure/bip32'
import type { Credentials } from '../src/index.ts'

export const webhookSecret = '39kyJO140v7fYkwHnR7jz8Y3UphqVeNYQk44Xx049ws'
export const credentials: Credentials = { clientId: 'client', clientSecret: 'client-secret' }

const tpub = { private: 0x04358394, public: 0x043587cf }
const keyNames = [
  'funding',
  'revocation-basepoint',
  'payment',
  'delayed-payment-basepoint',
  'htlc-basepoint',
]

/** The public side of a seed, in the form of `boltwarden keys show --json`. */
export function pairingOf(seed: Uint8Array, channels = 4): unknown {
  const master = HDKey.fromMasterSeed(seed, tpub)
  const hex = (key: HDKey) => Buffer.from(key.publicKey ?? []).toString('hex')
  const publicKey = (path: string) => hex(master.derive(path))
  const channelRoot = master.derive('m/3')
  return {
    network: 'REGTEST',
    nodeId: publicKey('m/0'),
    l1Xpub: master.derive("m/84'/2'/0'").publicExtendedKey,
    destinations: [0, 1, 2].map((index) => ({
      index,
      path: `m/1/${index}`,
      publicKey: publicKey(`m/1/${index}`),
    })),
    channels: Array.from({ length: channels }, (_, channel) => {
      const root = channelRoot.deriveChild(channel)
      return {
        channel,
        path: `m/3/${channel}`,
        xpub: root.publicExtendedKey,
        keys: Object.fromEntries(keyNames.map((name, i) => [name, hex(root.deriveChild(i))])),
      }
    }),
  }
}
