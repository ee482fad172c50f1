import { cpSync, writeSync } from 'node:fs'
import { argv, env } from 'node:process'
import { createStore } from '@boltwarden/store'
import { channelState, pointDelivery, signs } from '@boltwarden/store/testing'
import { SqliteBackend } from '#src/sqlite/backend'
import { Connection } from '#src/sqlite/connection'

// Decides, and after each decision that is reported as committed keeps what the disk would hold if
// the power were cut right then.
const [path = '', synchronous = '', cuts = '', decisions = ''] = argv.slice(2)
const { SYNCED_INTO: image = '' } = env
const connection = Connection.open(path, 1000)
connection.exec(`PRAGMA synchronous = ${synchronous}`)
// Small, so that the log is moved into the database again and again.
connection.exec('PRAGMA wal_autocheckpoint = 12')
const store = createStore(new SqliteBackend(connection))
for (let n = 0; n < Number(decisions); n++) {
  const delivery = pointDelivery(`e-${n}`, n)
  await store.decide(delivery, signs(delivery, { channels: [channelState(n)] }))
  cpSync(image, `${cuts}/${n}`, { recursive: true })
  writeSync(1, `${delivery.event}\n`)
}
await store[Symbol.asyncDispose]()
