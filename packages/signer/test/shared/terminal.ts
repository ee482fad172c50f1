import { Writable } from 'node:stream'
import type { Terminal } from '../../src/cli/terminal.ts'

/** A terminal that keeps what is written to it. */
export function recordingTerminal(env: NodeJS.ProcessEnv = {}) {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk)
        done()
      },
    })
  const terminal: Terminal = { out: stream('out'), err: stream('err'), env, interactive: false }
  return { terminal, written }
}
