import { argv } from 'node:process'
import { openSqlite } from '@boltwarden/store/sqlite'
import { runChild } from '@boltwarden/store/testing'
import { realm } from '../sqlite-database.ts'

const [path = '', role = ''] = argv.slice(2)
await runChild(async () => openSqlite({ path, realm }), role)
