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
