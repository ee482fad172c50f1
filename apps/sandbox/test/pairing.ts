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
export function pairingOf(seed: Uint8Array): unknown {
  const master = HDKey.fromMasterSeed(seed, tpub)
  const publicKey = (path: string) =>
    Buffer.from(master.derive(path).publicKey ?? []).toString('hex')
  return {
    network: 'REGTEST',
    nodeId: publicKey('m/0'),
    l1Xpub: master.derive("m/84'/2'/0'").publicExtendedKey,
    destinations: [0, 1, 2].map((index) => ({
      index,
      path: `m/1/${index}`,
      publicKey: publicKey(`m/1/${index}`),
    })),
    channels: [0, 1, 2, 3].map((channel) => ({
      channel,
      path: `m/3/${channel}`,
      keys: Object.fromEntries(keyNames.map((name, i) => [name, publicKey(`m/3/${channel}/${i}`)])),
    })),
  }
}
