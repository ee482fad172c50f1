import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** How a command ended. */
type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

/** A built command that runs. */
export type Running = {
  readonly ended: Promise<Ended>
  /** Resolves with all that was written to stdout as soon as it has `text` in it. */
  readonly printed: (text: string) => Promise<string>
  readonly signal: (signal: NodeJS.Signals) => void
}

/** Starts this package's command as it is built. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  if (!existsSync(main)) throw new Error(`${main} is missing: run "npm run build" first`)
  // The test runner's own options are not for the command.
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { out: '', err: '' }
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written.out += chunk
    for (const listener of listeners) listener()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    written.err += chunk
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, ...written }))
  })
  return {
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!written.out.includes(text)) return
          listeners.delete(look)
          resolve(written.out)
        }
        listeners.add(look)
        look()
        void ended.then(({ out, err }) => reject(new Error(`ended without ${text}:\n${out}${err}`)))
      }),
    signal: (signal) => child.kill(signal),
  }
}
