/**
 * Aborts when the process is asked to end. For ever: npm passes on the Ctrl-C that the terminal has
 * sent already, and the second one must not end a command before its children.
 */
export function interruption(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort())
  }
  return interrupted.signal
}

/** What work gives, unless the signal aborts before: then its reason is thrown. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // What fails after the end of waiting has nobody to tell.
  work.catch(() => undefined)
  signal.throwIfAborted()
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, aborted])
}
