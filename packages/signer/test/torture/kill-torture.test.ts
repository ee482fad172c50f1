import { expect, test } from 'vitest'
import { scenarioNames } from '../shared/corpus.ts'
import { postgresDatabase, sqliteDatabase, startPostgres } from './databases.ts'
import { Draw } from './draw.ts'
import { option, report } from './report.ts'
import { Round, type RoundCounts } from './round.ts'

const kills = option('KILLS') ?? 100
const seed = option('SEED') ?? 1
const postgresKills = Math.ceil(kills / 10)
/** Half a minute for each of them, on a busy machine. */
const limitMs = 60_000 + kills * 3_000

type OpenDatabase = Parameters<typeof Round.play>[1]

/** Plays one scenario after the other, several at once, until as many signers were killed and more. */
async function torture(
  count: number,
  open: OpenDatabase,
  atOnce: number,
  isEnough: (all: readonly RoundCounts[]) => boolean = () => true,
) {
  const budget = { left: count }
  const draw = new Draw(seed)
  const wrong: string[] = []
  const all: RoundCounts[] = []
  const lane = async () => {
    do {
      const name = draw.of(scenarioNames)
      const roundSeed = draw.below(2 ** 31)
      const round = await Round.play(name, open, new Draw(roundSeed), budget)
      all.push(round.counts)
      wrong.push(...round.wrong.map((what) => `${name}, seed ${roundSeed}: ${what}`))
    } while (budget.left > 0 || !isEnough(all))
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  const sum = (of: (counts: RoundCounts) => number) =>
    all.reduce((total, one) => total + of(one), 0)
  const atPoints: Record<string, number> = {}
  for (const counts of all) {
    for (const [point, times] of Object.entries(counts.atPoints)) {
      atPoints[point] = (atPoints[point] ?? 0) + times
    }
  }
  const totals = {
    rounds: all.length,
    kills: sum((one) => one.kills),
    calls: sum((one) => one.calls),
    answers: sum((one) => one.answers),
    cuts: sum((one) => one.cuts),
    disturbances: sum((one) => one.disturbances),
    atPoints,
  }
  return { wrong, totals }
}

test(`${kills} kills: nothing is lost, and nothing is answered in two ways`, {
  timeout: limitMs,
}, async () => {
  const { wrong, totals } = await torture(kills, sqliteDatabase, 3)
  report('kills with SQLite', { seed, ...totals })
  expect(wrong).toEqual([])
  expect(totals.kills).toBe(kills)
})

test(`${postgresKills} kills on PostgreSQL, which is killed as well`, {
  timeout: limitMs,
}, async () => {
  await using server = await startPostgres()
  const open: OpenDatabase = (scenario, folder) => postgresDatabase(server, scenario, folder)
  // One at a time: the server is one for all.
  const wasKilled = (all: readonly RoundCounts[]) =>
    all.some(({ disturbances }) => disturbances > 0)
  const { wrong, totals } = await torture(postgresKills, open, 1, wasKilled)
  report('kills with PostgreSQL', { seed, ...totals })
  expect(wrong).toEqual([])
  expect(totals.disturbances).toBeGreaterThan(0)
})
