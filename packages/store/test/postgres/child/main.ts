import { argv } from 'node:process'
import { openPostgres } from '@boltwarden/store/postgres'
import { runChild } from '@boltwarden/store/testing'
import { PostgresDatabase, realm } from '../database.ts'
import { contend } from './contend.ts'

const [database = '', port = '', role = '', name = ''] = argv.slice(2)
const address = PostgresDatabase.addressOf(database, Number(port))
const open = () => openPostgres({ address, realm })
await (role === 'contend' ? contend(open, name) : runChild(open, role))
