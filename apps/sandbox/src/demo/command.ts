import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DemoError } from './demo-error.ts'

const execFileAsync = promisify(execFile)

/**
 * Runs a Node program to its end and reads what it prints as JSON.
 *
 * @throws {DemoError} with what it wrote to stderr, if it fails or prints something else.
 */
export async function runJson(
  main: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const { stdout } = await execFileAsync(process.execPath, [main, ...args], {
      signal,
      maxBuffer: 16 * 1024 * 1024,
    })
    return JSON.parse(stdout)
  } catch (cause) {
    signal.throwIfAborted()
    const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
    throw new DemoError(`${args.slice(0, 2).join(' ')} failed:\n${stderr}`, { cause })
  }
}
