import type { Keychain } from '@boltwarden/core/keys/keychain'
import { Secret } from '@boltwarden/core/secret'
import { pino } from 'pino'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { systemEntropy } from '../entropy.ts'
import { SignerFault, systemReason } from '../fault.ts'
import { exitCodes } from '../fault-table.ts'
import { openCurve } from '../keystore/curve.ts'
import { seedOfHex } from '../keystore/seed-phrase.ts'
import { keychainOf } from '../keystore/unlock.ts'
import { createLogger, errorFacts, type Logger } from '../logging.ts'
import { type Service, startService } from '../service.ts'
import { openKeychain, type UnlockFlags } from './open-keychain.ts'
import type { Terminal } from './terminal.ts'

/** The flags of `boltwarden serve`. */
export type ServeFlags = UnlockFlags & {
  readonly config: string
  readonly insecureSeedFromEnv?: boolean
  readonly json?: boolean
}

/** The environment variable of `--insecure-seed-from-env`. */
const seedVariable = 'BOLTWARDEN_SEED_HEX'

/** How much of the log waits in memory for a full disk to have room again. */
const maxHeldBackLogBytes = 1_048_576

/** `boltwarden serve`: resolves with the exit code once it was told to stop. */
export async function runServe(flags: ServeFlags, terminal: Terminal): Promise<number> {
  // What is made from here on, the store first of all, is for this user only.
  process.umask(0o077)
  const config = loadConfig(flags.config)
  const target = pino.destination({ fd: 1, sync: true, maxLength: maxHeldBackLogBytes })
  const onLost = (error: unknown) =>
    terminal.err.write(`boltwarden: log lines are lost: ${systemReason(error)}\n`)
  const logger = createLogger({ level: config.log.level }, { clock: systemClock, target, onLost })
  dieLoudly(logger)
  // Node's own answer to it is a debugger on a port that every user of this machine may enter.
  process.on('SIGUSR1', () => logger.warn('ignored: it would open a debugger'))
  // A signal while the key store opens must not be lost.
  const stop = stopSignal(logger)
  const reloadable: { service?: Service } = {}
  process.on('SIGHUP', () => void reload(reloadable.service, flags, logger))
  const keychain =
    flags.insecureSeedFromEnv === true
      ? await keychainFromEnv(config, terminal, logger)
      : await openKeychain(config, flags, terminal)
  const deps = { keychain, clock: systemClock, entropy: systemEntropy, logger }
  const service = await startService(config, deps)
  reloadable.service = service
  const signal = await stop
  logger.info({ signal }, 'draining')
  await service.close()
  return exitCodes.ok
}

/** Whatever nobody caught ends the process: its state is not known any more. */
function dieLoudly(logger: Logger): void {
  const die = (event: string) => (error: unknown) => {
    logger.fatal({ event, code: 'INTERNAL', error: errorFacts(error) }, 'stopping after a bug')
    process.exit(exitCodes.internal)
  }
  process.on('uncaughtException', die('uncaughtException'))
  process.on('unhandledRejection', die('unhandledRejection'))
}

/** The first signal drains; a second one does not wait. */
function stopSignal(logger: Logger): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, (signal) => {
        if (stopping) {
          logger.warn({ signal }, 'stopping at once')
          process.exit(exitCodes.internal)
        }
        stopping = true
        resolve(signal)
      })
    }
  })
}

/**
 * What changes without a restart: the webhook secrets, the tokens of the admin API and the policy.
 * Each by itself: a fault in one keeps that one as it was. The rest of the configuration stays.
 */
async function reload(service: Service | undefined, flags: ServeFlags, logger: Logger) {
  const attempt = async (what: string, action: () => unknown) => {
    try {
      await action()
    } catch (error) {
      logger.error({ error: errorFacts(error) }, `${what} not reloaded; those before stay`)
    }
  }
  await attempt('configuration', async () => {
    const { webhook, policy } = loadConfig(flags.config)
    // While it starts, all of this is yet to be read, or just was.
    await attempt('webhook secrets', () => {
      service?.reloadWebhookSecrets(webhook.secret_files)
      logger.info({ count: webhook.secret_files.length }, 'webhook secrets reloaded')
    })
    await attempt('admin tokens', () => service?.reloadAdminTokens())
    // It logs by itself what it did.
    await service?.reloadPolicy({ who: 'SIGHUP', file: policy.file }).catch(() => {})
  })
}

async function keychainFromEnv(
  config: Config,
  terminal: Terminal,
  logger: Logger,
): Promise<Keychain> {
  logger.warn(
    { variable: seedVariable },
    'the seed is taken from the environment, where other programs and crash reports may see it',
  )
  const hex = terminal.env[seedVariable]
  delete terminal.env[seedVariable]
  if (hex === undefined) {
    const source = `environment variable ${seedVariable}`
    throw new SignerFault({ code: 'SECRET_UNREADABLE', source, reason: 'not set' })
  }
  const { max_cached_keys, fingerprint } = config.keys
  const secp256k1 = await openCurve(config.crypto.backend)
  const { seed } = seedOfHex(new Secret(new TextEncoder().encode(hex.trim())), seedVariable)
  return keychainOf(seed, { secp256k1, maxCachedKeys: max_cached_keys, fingerprint })
}
