import { appendFileSync, mkdirSync } from 'node:fs'
import { env } from 'node:process'

const folder = new URL('../../../../reports/', import.meta.url)

/** Keeps what a run of the torture counted, a line a run, where the test run keeps its own. */
export function report(what: string, counts: object): void {
  mkdirSync(folder, { recursive: true })
  const line = JSON.stringify({
    what,
    at: new Date().toISOString(),
    node: process.version,
    ...counts,
  })
  appendFileSync(new URL('torture.ndjson', folder), `${line}\n`)
}

/** A size that `npm run torture` was given. */
export function option(name: string): number | undefined {
  const value = env[`TORTURE_${name}`]
  return value === undefined ? undefined : Number(value)
}
