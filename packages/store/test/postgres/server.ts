import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const keeper = fileURLToPath(new URL('./keeper.mjs', import.meta.url))

/** As an installation has it, and small. */
const settings: readonly string[] = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=60',
  'shared_buffers=32MB',
  'dynamic_shared_memory_type=mmap',
]

type Order = 'initialise' | 'start' | 'kill' | 'end'

/** A PostgreSQL server of a test's own: real, empty, and gone with the test's process. */
export class PostgresServer {
  /** Of the superuser `postgres`. */
  readonly password = 'superuser of a test'
  readonly #keeper: ChildProcess
  #port = 0
  #certificate = ''
  #orders = 0
  #databases = 0

  private constructor(process: ChildProcess) {
    this.#keeper = process
  }

  /** @param extra - settings that differ, as `fsync=off`. */
  static async start(extra: readonly string[] = []): Promise<PostgresServer> {
    const server = new PostgresServer(
      fork(keeper, ['superuser of a test', JSON.stringify([...settings, ...extra])]),
    )
    server.#certificate = String(await server.#order('initialise'))
    server.#port = Number(await server.#order('start'))
    return server
  }

  get port(): number {
    return this.#port
  }

  /** The PEM of its certificate, which is for `localhost` and signs itself. */
  get certificate(): string {
    return this.#certificate
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    await this.#order('kill')
  }

  /** Starts it again where it was. */
  async startAgain(): Promise<void> {
    await this.#order('start', this.#port)
  }

  /** A session of the superuser, for transactions that last. */
  async connect(database: string): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.#port,
      user: 'postgres',
      password: this.password,
      database,
      options: '-c search_path=boltwarden',
    })
    await client.connect()
    return client
  }

  /** Runs statements as the superuser. */
  async query(text: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> {
    const client = await this.connect(database)
    try {
      const result = await client.query<Record<string, unknown>>(text)
      return result.rows
    } finally {
      await client.end()
    }
  }

  /** A new database, as a copy of another one where `template` names it. */
  async createDatabase(template = 'template0'): Promise<string> {
    const name = `test_${++this.#databases}`
    await this.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    return name
  }

  /** Stops it and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#keeper, 'exit')
    await this.#order('end')
    await gone
  }

  #order(order: Order, port?: number): Promise<unknown> {
    const id = ++this.#orders
    return new Promise((resolve, reject) => {
      const settle = (message: unknown) => {
        if (typeof message !== 'object' || message === null || !('id' in message)) return
        if (message.id !== id) return
        this.#keeper.off('message', settle)
        this.#keeper.off('exit', fail)
        if ('error' in message) reject(new Error(String(message.error)))
        else resolve('value' in message ? message.value : undefined)
      }
      const fail = () => (order === 'end' ? resolve(undefined) : reject(new Error('keeper ended')))
      this.#keeper.on('message', settle)
      this.#keeper.once('exit', fail)
      this.#keeper.send({ id, order, port })
    })
  }
}
