import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { SignerFault } from '../fault.ts'
import { openCurve } from '../keystore/curve.ts'
import { type LoadedPolicy, loadPolicy } from '../policy-file/load.ts'
import { keysOfFile, NotedKeys, readPublicKeys } from '../replay/public-keys.ts'
import type { ReplayPorts } from '../replay/recompose.ts'
import { World } from '../replay/world.ts'
import { openKeychain, type UnlockFlags } from './open-keychain.ts'
import type { Terminal } from './terminal.ts'

/** The flags of commands that judge recorded events. */
export type ReplayFlags = UnlockFlags & {
  readonly config: string
  /** Public keys that were written before: the key store stays shut. */
  readonly publicKeys?: string
  /** Writes the public keys that were asked for. */
  readonly writePublicKeys?: string
  /** A copy of a store to begin with; nothing is known without it. */
  readonly state?: string
}

/** What recorded events are judged with. */
export type ReplaySetup = {
  readonly ports: ReplayPorts
  /** A memory of its own, as it was at the start. */
  readonly newWorld: () => World
  /** A policy file, or the one that the configuration names. */
  readonly policy: (file: string | undefined) => Promise<LoadedPolicy>
  /** Writes what `--write-public-keys` asks for. */
  readonly finish: () => void
  readonly dispose: () => void
}

/**
 * Prepares for judging: with public keys from a file, or with those of the unlocked key store. No
 * secret is used in either case.
 *
 * @throws {SignerFault} as its parts do.
 */
export async function setUpReplay(flags: ReplayFlags, terminal: Terminal): Promise<ReplaySetup> {
  const { ports, fingerprint, finish, dispose } =
    flags.publicKeys === undefined
      ? await withKeyStore(loadConfig(flags.config), flags, terminal)
      : await withFile(flags.publicKeys, flags)
  const realm = { fingerprint, network: ports.network }
  return {
    ports,
    finish,
    dispose,
    newWorld: () =>
      flags.state === undefined ? World.empty(realm) : World.copyOf(flags.state, realm),
    policy: (file) => loadPolicy(file ?? loadConfig(flags.config).policy.file, ports),
  }
}

type Keys = Pick<ReplaySetup, 'ports' | 'finish' | 'dispose'> & { readonly fingerprint: string }

async function withKeyStore(config: Config, flags: ReplayFlags, terminal: Terminal): Promise<Keys> {
  const { network } = config
  const keychain = await openKeychain(config, flags, terminal)
  const { fingerprint, secp256k1 } = keychain
  const keys = new NotedKeys(keychain, { network, fingerprint })
  return {
    ports: { network, keys, secp256k1 },
    fingerprint,
    finish: () => {
      if (flags.writePublicKeys !== undefined) keys.writeTo(flags.writePublicKeys)
    },
    dispose: () => keychain.dispose(),
  }
}

async function withFile(file: string, flags: ReplayFlags): Promise<Keys> {
  if (flags.writePublicKeys !== undefined) {
    throw new SignerFault({ code: 'USAGE', expected: '--write-public-keys with the key store' })
  }
  const noted = readPublicKeys(file)
  const secp256k1 = await openCurve('auto')
  const ports = { network: noted.network, keys: keysOfFile(noted), secp256k1 }
  return { ports, fingerprint: noted.fingerprint, finish: () => {}, dispose: () => {} }
}
