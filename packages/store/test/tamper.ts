import Database from 'libsql'

/** Runs statements on a file behind everybody's back. */
export function tamper(path: string, statements: string): void {
  const database = new Database(path)
  database.exec(statements)
  database.close()
}
