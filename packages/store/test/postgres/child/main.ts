import { argv } from 'node:process'
import { openPostgres } from '@boltwarden/store/postgres'
import { runChild } from '@boltwarden/store/testing'
import { PostgresDatabase, realm } from '../database.ts'

const [name = '', port = '', role = ''] = argv.slice(2)
const address = PostgresDatabase.addressOf(name, Number(port))
await runChild(() => openPostgres({ address, realm }), role)
