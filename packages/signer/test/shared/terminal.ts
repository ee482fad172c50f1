import { PassThrough, Writable } from 'node:stream'
import type { Terminal } from '../../src/cli/terminal.ts'

/** A terminal that keeps what is written to it; nobody sits at it. */
export function recordingTerminal(env: NodeJS.ProcessEnv = {}) {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk)
        done()
      },
    })
  const input = new PassThrough()
  const terminal: Terminal = {
    in: input,
    out: stream('out'),
    err: stream('err'),
    env,
    interactive: false,
  }
  return { terminal, written }
}

/** What is typed once a text is shown; each is waited for after the one before. */
export type Typed = readonly (readonly [shown: string, keys: string])[]

export const keys = { enter: '\r', down: '\u001b[B', interrupt: '\u0003' } as const

/** A terminal at which somebody types, over streams that say what a real one does. */
export function typingTerminal(typed: Typed) {
  const written = { out: '', err: '' }
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void modes.push(isRaw),
  })
  const left = [...typed]
  let read = 0
  const answer = () => {
    const [next] = left
    const at = next === undefined ? -1 : written.err.indexOf(next[0], read)
    if (next === undefined || at < 0) return
    read = at + next[0].length
    left.shift()
    // The question is asked before its keys are listened for.
    setImmediate(() => {
      input.write(next[1])
      answer()
    })
  }
  const screen = (name: 'out' | 'err') =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          written[name] += String(chunk)
          answer()
          done()
        },
      }),
      { isTTY: true, columns: 80, rows: 24 },
    )
  const terminal: Terminal = {
    in: input,
    out: screen('out'),
    err: screen('err'),
    env: {},
    interactive: true,
  }
  return { terminal, written, modes, left }
}
