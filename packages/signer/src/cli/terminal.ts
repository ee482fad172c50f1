import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'
import { isFault } from '../fault.ts'
import { exitCodes, faultTable } from '../fault-table.ts'
import { errorFacts } from '../logging.ts'

/** What a command talks to. */
export type Terminal = {
  /** Where answers are typed. */
  readonly in: Readable
  readonly out: Writable & { readonly isTTY?: boolean }
  readonly err: Writable & { readonly isTTY?: boolean }
  readonly env: NodeJS.ProcessEnv
  /** Whether somebody can be asked. */
  readonly interactive: boolean
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    in: process.stdin,
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  }
}

/** Writes a result: JSON for programs, text for people. */
export function print(
  terminal: Terminal,
  json: boolean | undefined,
  value: object,
  text: string,
): void {
  terminal.out.write(json === true ? `${JSON.stringify(value)}\n` : text)
}

type Style = Parameters<typeof styleText>[0]

/** Colours a text where it goes to a terminal whose owner wants colours. */
export function paint(terminal: Terminal, style: Style, text: string): string {
  const { NO_COLOR } = terminal.env
  const plain = terminal.out.isTTY !== true || (NO_COLOR !== undefined && NO_COLOR !== '')
  return plain ? text : styleText(style, text, { validateStream: false })
}

/**
 * Tells an error and what to do about it.
 *
 * @returns the exit code.
 */
export function printError(terminal: Terminal, json: boolean | undefined, error: unknown): number {
  if (!isFault(error)) {
    const facts = errorFacts(error)
    terminal.err.write(
      json === true
        ? `${JSON.stringify({ error: { code: 'INTERNAL', ...facts } })}\n`
        : `boltwarden: INTERNAL: ${facts.name} ${facts.code ?? ''}\n  ${(facts.frames ?? []).join('\n  ')}\n`,
    )
    return exitCodes.internal
  }
  const { fix, exit } = faultTable[error.fault.code]
  const { code, message, fault } = error
  terminal.err.write(
    json === true
      ? `${JSON.stringify({ error: { code, message, fix, fault } })}\n`
      : `boltwarden: ${code}: ${message}\n  ${fix}\n`,
  )
  return exit
}
