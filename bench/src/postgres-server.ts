import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { PostgresAddress } from '@boltwarden/store/postgres'

const keeper = join(import.meta.dirname, '../../packages/store/test/postgres/keeper.mjs')
const password = 'superuser of a measurement'

/** A PostgreSQL server of a measurement's own, as durable as one in use; gone with this process. */
export type PostgresServer = {
  readonly address: PostgresAddress
  readonly password: string
  readonly close: () => Promise<void>
}

/** Starts one on a free port of this machine. */
export async function startPostgres(): Promise<PostgresServer> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100']
  settings.push('shared_buffers=128MB', 'dynamic_shared_memory_type=mmap')
  const child = fork(keeper, [password, JSON.stringify(settings)])
  await order(child, 'initialise')
  const port = Number(await order(child, 'start'))
  const user = { user: 'postgres', password: () => password }
  return {
    address: { host: '127.0.0.1', port, database: 'postgres', ...user, tls: { mode: 'off' } },
    password,
    close: async () => void (await order(child, 'end')),
  }
}

/** The keeper answers one order after the other. */
function order(child: ChildProcess, name: 'initialise' | 'start' | 'end'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = () => (name === 'end' ? resolve(undefined) : reject(new Error('keeper ended')))
    child.once('exit', onExit)
    child.once('message', (message: { readonly value?: unknown; readonly error?: string }) => {
      child.off('exit', onExit)
      if (message.error === undefined) resolve(message.value)
      else reject(new Error(message.error))
    })
    child.send({ id: 0, order: name })
  })
}
