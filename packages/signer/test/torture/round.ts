import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { crashPoints } from '../../src/pipeline/probe.ts'
import { type Recorded, readScenario, type Scenario } from '../shared/corpus.ts'
import { type Running, runScript } from '../shared/process.ts'
import { postEvent, sign } from '../shared/service.ts'
import { Book } from './answers.ts'
import { writeConfig, writeLife } from './config.ts'
import type { TortureDatabase } from './databases.ts'
import type { Draw } from './draw.ts'
import { startTorturedPlatform } from './platform.ts'
import { askedAnew, askedNow, noncesOf, outOfOrder, type Question } from './traffic.ts'
import { StoreWitness } from './witness.ts'

const main = new URL('./signer.mjs', import.meta.url)
const retryMs = 30
const maxRetries = 300

/** What is counted of a round. */
export type RoundCounts = {
  readonly kills: number
  readonly atPoints: Readonly<Record<string, number>>
  readonly calls: number
  readonly answers: number
  readonly cuts: number
  /** How often the database was killed. */
  readonly disturbances: number
}

/** What may still be killed, shared by the rounds that run at once. */
export type Budget = { left: number }

/** One recorded scenario, asked of a signer that dies again and again. */
export class Round {
  readonly #scenario: Scenario
  readonly #draw: Draw
  readonly #budget: Budget
  readonly #folder: string
  readonly #witness: StoreWitness
  readonly #atPoints: Record<string, number> = {}
  /** Events that were taken with 2xx. */
  readonly #taken: Recorded[] = []
  readonly wrong: string[] = []
  #signer: Running | undefined
  /** Where the signer of now is to die, if it is. */
  #doom: string | undefined
  #lastReply = ''
  #url = ''
  #admin = ''
  #kills = 0
  #cuts = 0
  #disturbances = 0
  readonly #database: TortureDatabase

  private constructor(
    scenario: Scenario,
    database: TortureDatabase,
    draw: Draw,
    budget: Budget,
    folder: string,
  ) {
    this.#scenario = scenario
    this.#database = database
    this.#draw = draw
    this.#budget = budget
    this.#folder = folder
    this.#witness = new StoreWitness(database, scenario)
  }

  /** Plays a scenario to its end and gives what was wrong. */
  static async play(
    name: string,
    openDatabase: (scenario: Scenario, folder: string) => Promise<TortureDatabase>,
    draw: Draw,
    budget: Budget,
  ): Promise<{ readonly wrong: readonly string[]; readonly counts: RoundCounts }> {
    const folder = mkdtempSync(join(tmpdir(), 'boltwarden-torture-'))
    const scenario = readScenario(name)
    const database = await openDatabase(scenario, folder)
    const round = new Round(scenario, database, draw, budget, folder)
    try {
      return await round.#play()
    } finally {
      round.#signer?.child.kill('SIGKILL')
      await round.#signer?.ended
      await database.remove()
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async #play() {
    const expected = this.#scenario.events.flatMap((event) => event.expected ?? [])
    const book = new Book(expected)
    const platform = await startTorturedPlatform(book, this.#draw, { cut: 6 })
    try {
      const store = this.#database.config
      writeConfig(this.#folder, { ...this.#scenario, platformUrl: platform.url, store })
      for (const recorded of this.#scenario.events) await this.#ask(recorded)
      platform.calm()
      await this.#drain()
      for (const { eventId, expected } of this.#taken) {
        if (expected !== null && !book.has(expected)) this.wrong.push(`lost: ${eventId}`)
      }
      this.wrong.push(...book.wrong)
      const late = outOfOrder(this.#scenario, book.order)
      this.wrong.push(...late.map((subject) => `out of order: ${subject}`))
      this.wrong.push(...(await this.#witness.verify(this.#taken)))
      const counts: RoundCounts = {
        kills: this.#kills,
        atPoints: this.#atPoints,
        calls: platform.calls.length,
        answers: book.size,
        cuts: this.#cuts,
        disturbances: this.#disturbances,
      }
      return { wrong: this.wrong, counts }
    } finally {
      await platform.close()
    }
  }

  /** Asks as the platform does: until it is told 2xx, now and then twice at once. */
  async #ask(recorded: Recorded): Promise<void> {
    const question = askedNow(recorded)
    for (let tries = 0; ; tries++) {
      if (tries === maxRetries) throw new Error(this.#lastWords(question))
      await this.#alive()
      const copies = this.#draw.happens(20) ? 2 : 1
      const posts = Array.from({ length: copies }, () => this.#post(question))
      const [statuses] = await Promise.all([Promise.all(posts), this.#disturb()])
      if (statuses.includes(200)) break
      await pause(retryMs)
    }
    this.#taken.push(recorded)
    if (this.#draw.happens(15)) await this.#post(askedAnew(recorded))
  }

  /** Kills the database under the next question, now and then. */
  async #disturb(): Promise<void> {
    const { disturb } = this.#database
    if (disturb === undefined || !this.#draw.happens(8)) return
    this.#disturbances++
    await pause(this.#draw.below(20))
    await disturb()
  }

  /** The status, or undefined where the connection was cut. */
  async #post({ event, body }: Question): Promise<number | undefined> {
    try {
      const signature = sign(body, this.#scenario.webhookSecret)
      const reply = await postEvent({ webhookUrl: this.#url }, body, signature)
      const text = await reply.text()
      this.#lastReply = text
      if (reply.status !== 200 && reply.status !== 503) {
        this.wrong.push(`status ${reply.status} to ${event}: ${text}`)
      }
      return reply.status
    } catch {
      // The signer died, or dies.
      this.#cuts++
      return undefined
    }
  }

  /** Makes sure that a signer runs: the next one where the last has died. */
  async #alive(): Promise<void> {
    while (this.#signer === undefined || isOver(this.#signer)) {
      if (this.#signer !== undefined) await this.#bury(this.#signer)
      await this.#start()
    }
  }

  async #bury(signer: Running): Promise<void> {
    const { code, signal, err } = await signer.ended
    this.#signer = undefined
    if (signal === 'SIGKILL') this.#died()
    else if (!this.#database.disturb || !err.includes('STORE_'))
      this.wrong.push(`ended by itself with ${code ?? signal}: ${err}`)
    if (this.#draw.happens(25)) this.wrong.push(...(await this.#witness.look()))
  }

  /** For whoever looks for the cause. */
  #lastWords({ recorded }: Question): string {
    const lines = this.#signer?.text().split('\n').slice(-6).join('\n')
    return `no answer to ${recorded.subEvent} ${recorded.eventId}: ${this.#lastReply}\n${lines}`
  }

  #died(): void {
    const at = this.#doom ?? 'anywhere'
    this.#kills++
    this.#atPoints[at] = (this.#atPoints[at] ?? 0) + 1
  }

  async #start(): Promise<void> {
    const isDoomed = this.#budget.left > 0
    if (isDoomed) this.#budget.left--
    const place = isDoomed && this.#draw.happens(75) ? this.#draw.of(crashPoints) : undefined
    const nonces = noncesOf(this.#scenario)
    const life = writeLife(this.#folder, { nonces, place, nth: 1 + this.#draw.below(3) })
    const signer = runScript(main, [life])
    this.#signer = signer
    this.#doom = isDoomed ? (place ?? 'anywhere') : undefined
    // From its first instruction on, which takes it about half a second to get past.
    if (isDoomed && place === undefined) {
      const afterMs = this.#draw.below(this.#draw.happens(30) ? 700 : 60)
      if (afterMs > 60) void pause(afterMs).then(() => signer.child.kill('SIGKILL'))
      else
        void signer.line(isReady).then(
          () => pause(afterMs).then(() => signer.child.kill('SIGKILL')),
          () => undefined,
        )
    }
    try {
      const { webhook = '', admin = '' } = await signer.line(isReady)
      this.#url = webhook
      this.#admin = admin
    } catch {
      // It died before it was ready.
      await signer.ended
    }
  }

  /** Lets the last life bring everything, and ends it as an operator does. */
  async #drain(): Promise<void> {
    for (let looks = 0; ; looks++) {
      if (looks === maxRetries) throw new Error('the outbox does not drain')
      await this.#alive()
      if ((await this.#waiting()) === 0) break
      await pause(retryMs)
    }
    const signer = this.#signer
    signer?.child.kill('SIGTERM')
    const ended = await signer?.ended
    this.#signer = undefined
    if (ended?.signal === 'SIGKILL') return this.#died()
    // What was to kill it did not come: another one dies in its place.
    if (this.#doom !== undefined) this.#budget.left++
    if (ended?.code !== 0) this.wrong.push(`did not stop: ${ended?.code} ${ended?.err}`)
  }

  /** How many answers the signer says it still owes. */
  async #waiting(): Promise<number | undefined> {
    try {
      const text = await (await fetch(`${this.#admin}/metrics`)).text()
      const [, waiting] = /outbox_answers\{state="waiting"\} (\d+)/.exec(text) ?? []
      return waiting === undefined ? undefined : Number(waiting)
    } catch {
      // It died.
      return undefined
    }
  }
}

const isReady = ({ message }: { readonly message?: string }) => message === 'ready'

function isOver({ child }: Running): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
