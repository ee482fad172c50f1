import type { Backend, Counts, Generation, Halt, OutboxSummary, Upkeep } from '@boltwarden/store'
import { isStoreFault } from '@boltwarden/store'

/** How a store stands, without looking at every row. */
export type Standing = {
  readonly generation: Generation
  readonly counts: Counts
  readonly outbox: OutboxSummary
  /** The last row that was pruned from the audit log; 0 where none was. */
  readonly prunedUpTo: number
  readonly halted: Halt | undefined
}

/** How the store stands. */
export async function standingOf(
  backend: Backend,
  upkeep: Pick<Upkeep, 'halted'>,
): Promise<Standing> {
  const anchor = await backend.audit.anchor()
  return {
    generation: await backend.generation(),
    counts: await backend.counts(),
    outbox: await backend.outbox.summary(),
    prunedUpTo: anchor?.sequence ?? 0,
    halted: await upkeep.halted(),
  }
}

/** What a seal says of the store: `ok`, or what is wrong; `unknown` where the keys are shut. */
export type SealStanding =
  | { readonly seal: 'ok' | 'absent' | 'unknown' }
  | {
      readonly seal: 'STORE_ROLLED_BACK' | 'STORE_FORKED' | 'STORE_SEAL_INVALID'
      readonly detail: string
    }

/** Whether the store is the one that was sealed. */
export async function sealStandingOf(file: {
  read(): unknown
  check(): Promise<unknown>
}): Promise<SealStanding> {
  try {
    if (file.read() === undefined) return { seal: 'absent' }
    await file.check()
    return { seal: 'ok' }
  } catch (error) {
    for (const seal of ['STORE_ROLLED_BACK', 'STORE_FORKED', 'STORE_SEAL_INVALID'] as const) {
      if (isStoreFault(error, seal)) return { seal, detail: error.message }
    }
    throw error
  }
}
