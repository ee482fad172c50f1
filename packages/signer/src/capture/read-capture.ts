import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SignerFault, systemReason } from '../fault.ts'
import { type CapturedEvent, parseLine } from './line.ts'

/** An event of a file, with the number of its line, from 1. */
export type NumberedEvent = CapturedEvent & { readonly line: number }

/**
 * Reads a capture, or recorded traffic, line by line: a file of any size takes little memory.
 *
 * @throws {SignerFault} `CAPTURE_UNREADABLE`, which names the line and never quotes it.
 */
export async function* readCapture(file: string): AsyncGenerator<NumberedEvent> {
  const input = createReadStream(file)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  let line = 0
  try {
    for await (const text of lines) {
      line++
      if (text.trim() === '') continue
      const event = parseLine(text)
      if (event === undefined) {
        const reason = `line ${line} is no captured event`
        throw new SignerFault({ code: 'CAPTURE_UNREADABLE', file, reason })
      }
      yield { ...event, line }
    }
  } catch (cause) {
    if (cause instanceof SignerFault) throw cause
    const reason = systemReason(cause)
    throw new SignerFault({ code: 'CAPTURE_UNREADABLE', file, reason }, { cause })
  } finally {
    lines.close()
    input.destroy()
  }
}
