import type { Backend } from '@boltwarden/store'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import { openCurve } from '../keystore/curve.ts'
import { loadPolicy } from '../policy-file/load.ts'
import { localAuthor, withStore } from '../store-care/care.ts'
import { dayMs, keptMs } from './keep-days.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden store prune`. */
export type StorePruneFlags = {
  readonly config: string
  readonly keepDays: number
  readonly json?: boolean
}

/**
 * `boltwarden store prune`: safe while signers run, for which each step is one more commit.
 *
 * @throws {SignerFault} `USAGE` where the policy still answers events that would be forgotten;
 *   `STORE_NOT_ACCEPTED`, `STORE_UNAVAILABLE`.
 */
export async function runStorePrune(flags: StorePruneFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const secp256k1 = await openCurve(config.crypto.backend)
  const { policy } = await loadPolicy(config.policy.file, { network: config.network, secp256k1 })
  const days = Math.max(1, Math.ceil(policy.maxEventAgeMs / dayMs))
  const because = 'the policy answers events of that age'
  const stayMs = keptMs(flags.keepDays, { days, because })
  const author = localAuthor(systemClock)
  await withStore(config, {}, async ({ backend }) => {
    const beforeMs = Math.max(0, (await latestMs(backend, author.atMs)) - stayMs)
    let forgotten = 0
    for (let more = 1; more > 0; forgotten += more) more = await backend.prune(beforeMs, author)
    const { events } = await backend.counts()
    const before = new Date(beforeMs).toISOString()
    const text = `${forgotten} events from before ${before} forgotten, ${events} are known\n`
    print(terminal, flags.json, { forgotten, before, events }, text)
  })
}

/** A clock that is ahead of what was last recorded would have too much forgotten. */
async function latestMs(backend: Backend, nowMs: number): Promise<number> {
  const { head } = await backend.generation()
  const [last] = await backend.audit.rows({ after: Math.max(0, head.sequence - 1), limit: 1 })
  return Math.min(nowMs, last?.fact.atMs ?? 0)
}
