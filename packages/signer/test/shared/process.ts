import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A log line, as far as tests look at it. */
export type LogLine = {
  readonly level?: string
  readonly message?: string
  readonly webhook?: string
  readonly admin?: string
  readonly secp256k1?: string
  readonly variable?: string
  readonly count?: number
}

/** What a process wrote and how it ended. */
export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A running `boltwarden`, as it is built. */
export type Running = {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves with the first log line for which `wanted` holds. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine>
  /** Everything written so far. */
  text(): string
}

/** Starts the built command. `input` is its standard input, as the file descriptor 0. */
export function boltwarden(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Running {
  if (!existsSync(main)) throw new Error(`${main} is missing: run "npm run build" first`)
  return run([main, ...args], options)
}

/** Runs a script of the tests, over what is built, in a process of its own. */
export function runScript(file: URL, args: readonly string[]): Running {
  return run([fileURLToPath(file), ...args], {})
}

function run(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string },
): Running {
  // The test runner's own options are not for the command.
  const env = { ...process.env, NODE_OPTIONS: '', ...options.env }
  const child = spawn(process.execPath, args, { env, stdio: 'pipe' })
  child.stdin.end(options.input ?? '')
  const written = { out: '', err: '' }
  const listeners = new Set<() => void>()
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      written[name] += chunk
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...written }))
  })
  return {
    child,
    ended,
    text: () => written.out + written.err,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = written.out.split('\n').slice(0, -1).map(parseLine).find(wanted)
          if (found === undefined) return
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        look()
        void ended.then(({ err }) => reject(new Error(`ended without the line: ${err}`)))
      }),
  }
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line)
  } catch {
    // Not a log line.
    return {}
  }
}
