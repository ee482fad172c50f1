import { Level, Logger, type Record } from 'lightningdevkit'

/** What LDK said last, for whoever wonders why a channel closed. */
export type Journal = {
  readonly logger: Logger
  /** Writes a line of the node's own between LDK's. */
  readonly note: (line: string) => void
  /** Oldest first. */
  readonly lines: () => readonly string[]
}

/** How many lines are kept: enough for the last few messages of a channel. */
const defaultCapacity = 400

/** A journal that keeps its last lines only, from `Level.Debug` up. */
export function createJournal(capacity = defaultCapacity): Journal {
  const ring: string[] = []
  const note = (line: string) => {
    ring.push(line)
    if (ring.length > capacity) ring.splice(0, ring.length - capacity)
  }
  const log = (record: Record) => {
    try {
      const level = record.get_level()
      if (level < Level.LDKLevel_Debug) return
      note(`${Level[level]?.slice('LDKLevel_'.length)} ${record.get_args()}`)
    } catch (error) {
      // What leaves a callback ends the process; a lost line does not.
      note(`the journal failed: ${String(error)}`)
    }
  }
  return { logger: Logger.new_impl({ log }), note, lines: () => ring }
}
