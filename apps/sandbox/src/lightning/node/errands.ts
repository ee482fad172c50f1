/** Work that may have to wait for the signer: it is tried until it is done. */
export type Errands = {
  /** Tries at once, and with every run until `attempt` returns true. */
  readonly add: (attempt: () => boolean) => void
  /** Tries all that is left; whether any was done. */
  readonly run: () => boolean
  readonly left: () => number
}

/** No errands yet. */
export function createErrands(report: (fault: unknown) => void): Errands {
  const waiting = new Set<() => boolean>()
  const attempted = (attempt: () => boolean): boolean => {
    try {
      return attempt()
    } catch (fault) {
      report(fault)
      return true
    }
  }
  return {
    add: (attempt) => {
      if (!attempted(attempt)) waiting.add(attempt)
    },
    run: () => {
      const done = [...waiting].filter(attempted)
      for (const each of done) waiting.delete(each)
      return done.length > 0
    },
    left: () => waiting.size,
  }
}
