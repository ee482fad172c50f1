// Another process that has a store open, until it is killed.
import Database from 'libsql'

const database = new Database(process.argv[2])
database.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
process.send('open')
setInterval(() => database.open, 1000)
