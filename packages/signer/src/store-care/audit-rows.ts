import type { AuditLog, AuditRow } from '@boltwarden/store'

const pageSize = 1000

/** Every row of a log after a sequence, a page at a time. */
export async function* auditRows(
  log: Pick<AuditLog, 'rows'>,
  after = 0,
): AsyncGenerator<AuditRow, void, undefined> {
  for (let last = after; ; ) {
    const page: readonly AuditRow[] = await log.rows({ after: last, limit: pageSize })
    yield* page
    const end = page.at(-1)
    if (page.length < pageSize || end === undefined) return
    last = end.sequence
  }
}

/** The first row from a moment on, in milliseconds since 1970; undefined where all are older. */
export async function firstSince(
  log: Pick<AuditLog, 'rows'>,
  sinceMs: number,
): Promise<AuditRow | undefined> {
  for await (const row of auditRows(log)) if (row.fact.atMs >= sinceMs) return row
  return undefined
}
