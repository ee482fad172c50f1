/**
 * An answer of one JSON value a line, sent as they come. The work's signal aborts when the reader
 * goes away.
 */
export function ndjson(
  caller: AbortSignal,
  work: (signal: AbortSignal, write: (value: unknown) => void) => Promise<unknown>,
): Response {
  const gone = new AbortController()
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (value: unknown) => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`))
      }
      work(AbortSignal.any([gone.signal, caller]), write).then(
        () => controller.close(),
        (error: unknown) => {
          if (!gone.signal.aborted) controller.error(error)
        },
      )
    },
    cancel() {
      gone.abort()
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } })
}
