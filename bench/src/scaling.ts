import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { moveStore } from '@boltwarden/store'
import { migratePostgres, openPostgresUpkeep } from '@boltwarden/store/postgres'
import { openSqliteUpkeep } from '@boltwarden/store/sqlite'
import { inFlight, mixable, mixed, post } from './events-over-http.ts'
import { fillStore, type Past } from './filled-store.ts'
import { round1, summarise } from './interleave.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { columns } from './report.ts'
import {
  type Platform,
  type Signer,
  startBoltwarden,
  startOfficial,
  startPlatform,
} from './servers.ts'
import type { Call, Workload } from './workload.ts'

/** What one arrangement of signers gave. */
export type Scaling = {
  readonly past: string
  readonly by: string
  readonly eventsPerSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
  /** Events that were not answered in time; the platform would ask again. */
  readonly unanswered: number
}

/** What is varied: channels with few events, events with few channels. */
function pasts(share: number): readonly (readonly [string, Past])[] {
  const much = (count: number) => Math.max(1, Math.ceil(count / share))
  const say = (count: number) => count.toLocaleString('en-US')
  const past = (channels: number, events: number) => ({ channels, events, commitments: 1 })
  return [
    ...[1, much(1000), much(100_000)].map(
      (count) => [`${say(count)} ${count === 1 ? 'channel' : 'channels'}`, past(count, 0)] as const,
    ),
    ...[much(10_000), much(1_000_000)].map(
      (count) => [`${say(count)} past events`, past(1, count)] as const,
    ),
  ]
}

type Options = {
  readonly events: number
  readonly counts: readonly number[]
  readonly onResult: (result: Scaling) => void
}

/**
 * Throughput and latency over HTTP of one to eight signers, as processes, on one PostgreSQL, beside one
 * on SQLite and the official server: five kinds of events, sixty-four in flight, by how much is
 * remembered. One arrangement after the other, for they would take the processors from each other.
 *
 * @param options.events - of each arrangement, after a tenth of them as warm-up.
 * @param options.counts - how many signers share the PostgreSQL.
 * @param options.share - divides the pasts.
 * @param options.onResult - told each result as it comes.
 */
export async function benchScaling(
  workload: Workload,
  { share, ...options }: Options & { readonly share: number },
): Promise<readonly Scaling[]> {
  const platform = await startPlatform()
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-scaling-'))
  const results: Scaling[] = []
  try {
    for (const [at, [name, past]] of pasts(share).entries()) {
      const file = join(folder, `${at}.sqlite`)
      const stage: Stage = { ...options, workload, platform, name, file }
      results.push(...(await measurePast(stage, past)))
    }
    return results
  } finally {
    platform.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Stage = Options & {
  readonly workload: Workload
  readonly platform: Platform
  readonly name: string
  /** A store that remembers what it should. */
  readonly file: string
}

async function measurePast(stage: Stage, past: Past): Promise<readonly Scaling[]> {
  const { workload, platform, file } = stage
  const secp256k1 = await loadSecp256k1('auto')
  const keys = Keychain.fromSeed(workload.seed, { secp256k1 })
  await fillStore(file, keys, past)
  const results: Scaling[] = []
  let round = 0
  const run = async (by: string, count: number, start: () => Promise<Signer>) => {
    const signers: Signer[] = []
    try {
      for (let at = 0; at < count; at++) signers.push(await start())
      const result = await measure(stage, by, signers, round)
      results.push(result)
      stage.onResult(result)
      round += 2 * stage.events
    } finally {
      for (const signer of signers) signer.close()
    }
  }
  await run('official SDK', 1, () => startOfficial(workload, platform))
  await run('SQLite, 1 signer', 1, () =>
    startBoltwarden(workload, platform, (folder) => {
      const store = join(folder, 'data', 'store.sqlite')
      mkdirSync(dirname(store), { mode: 0o700 })
      copyFileSync(file, store)
      return undefined
    }),
  )
  const server = await startPostgres()
  try {
    await moveInto(server, file, keys)
    for (const count of stage.counts) {
      const by = `PostgreSQL, ${count} ${count === 1 ? 'signer' : 'signers'}`
      await run(by, count, () => startBoltwarden(workload, platform, postgresStore(server)))
    }
  } finally {
    await server.close()
    keys.dispose()
  }
  return results
}

async function moveInto(server: PostgresServer, file: string, keys: Keychain): Promise<void> {
  const { address } = server
  const realm = { fingerprint: keys.fingerprint, network: 'REGTEST' } as const
  await migratePostgres({ address, realm })
  await using source = openSqliteUpkeep({ path: file })
  await using target = openPostgresUpkeep({ address })
  await moveStore(source, target, 'a measurement', { who: 'a measurement', atMs: Date.now() })
}

const postgresStore =
  ({ address: { host, port }, password }: PostgresServer) =>
  (folder: string): string => {
    writeFileSync(join(folder, 'database-password'), password, { mode: 0o600 })
    return `backend = "postgres"
host = "${host}"
port = ${port}
database = "postgres"
user = "postgres"
password_file = "database-password"
tls = "off"`
  }

async function measure(
  { workload, platform, events, name }: Stage,
  by: string,
  signers: readonly Signer[],
  round: number,
): Promise<Scaling> {
  const [one] = signers
  if (one === undefined) throw new Error('there is no signer')
  const longest = workload.works.toSorted((a, b) => b.past.length - a.past.length)[0]
  // What a database knows already is the same answer again.
  for (const call of longest?.past ?? []) await postPatiently(one, call)
  const works = workload.works.filter((work) => mixable.has(work.name))
  const calls = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => mixed(works, from + at))
  const warmUp = Math.max(Math.ceil(events / 10), signers.length * works.length)
  for (const signer of signers) {
    for (const call of calls(round, works.length)) await postPatiently(signer, call)
  }
  await postAll(signers, calls(round, warmUp))
  const measured = calls(round + warmUp, events)
  const started = performance.now()
  const micros = await postAll(signers, measured)
  const seconds = (performance.now() - started) / 1000
  platform.take()
  const { p50Micros, p99Micros } = summarise(by, micros)
  return {
    past: name,
    by,
    eventsPerSecond: round1(micros.length / seconds),
    p50Millis: round1(p50Micros / 1000),
    p99Millis: round1(p99Micros / 1000),
    unanswered: events - micros.length,
  }
}

/** As the platform does: the first events of a signer may take longer than they have. */
async function postPatiently(signer: Signer, call: Call): Promise<void> {
  for (let left = 10; ; left--) {
    try {
      return await post(signer, call)
    } catch (error) {
      if (left === 0) throw error
    }
  }
}

/** Posts all, {@link inFlight} at a time, to the signers in turns; what the answered ones took. */
async function postAll(
  signers: readonly Signer[],
  calls: readonly Call[],
): Promise<readonly number[]> {
  const micros: number[] = []
  const left = calls.entries()
  const worker = async () => {
    for (const [at, call] of left) {
      const signer = signers[at % signers.length]
      if (signer === undefined) throw new Error('there is no signer')
      const started = performance.now()
      const answered = await post(signer, call).then(
        () => true,
        () => false,
      )
      if (answered) micros.push((performance.now() - started) * 1000)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return micros
}

/** The results as lines of text. */
export function scalingTable(results: readonly Scaling[]): string {
  const rows = results.map(({ past, by, eventsPerSecond, p50Millis, p99Millis, unanswered }) => [
    past,
    by,
    eventsPerSecond.toLocaleString('en-US'),
    `${p50Millis} ms`,
    `${p99Millis} ms`,
    String(unanswered),
  ])
  const title = `Signers on one database: five kinds of events over HTTP, ${inFlight} in flight`
  return columns(title, ['remembered', 'by', 'events/s', 'p50', 'p99', 'unanswered'], rows)
}
