import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { DemoError } from './demo-error.ts'

/** A process of the demo's. */
export type Child = {
  readonly name: string
  /** Rejects with the end of the log when the process ends by itself; never resolves. */
  readonly died: Promise<never>
  /** Asks it to end, and makes it after 5 s. */
  readonly stop: () => Promise<void>
  /** Ends it at once, as a power cut does. */
  readonly kill: () => Promise<void>
}

const stopTimeoutMs = 5_000
const shownLogChars = 2_000

/** Starts a Node program whose output goes into a file. */
export function startChild(
  name: string,
  main: string,
  args: readonly string[],
  logFile: string,
): Child {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', log, log] })
  closeSync(log)
  const state = { stopping: false }
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const died = new Promise<never>((_resolve, reject) => {
    void exited.then(() => {
      if (!state.stopping) reject(new DemoError(`the ${name} ended:\n${tailOf(logFile)}`))
    })
  })
  // Whoever waits hears of it; an end that nobody waits for is no unhandled rejection.
  died.catch(() => undefined)
  return {
    name,
    died,
    stop: () => {
      state.stopping = true
      return stop(child, exited)
    },
    kill: () => {
      state.stopping = true
      child.kill('SIGKILL')
      return exited
    },
  }
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(force)
}

function tailOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-shownLogChars)
}
