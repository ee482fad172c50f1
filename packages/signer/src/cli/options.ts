import { InvalidArgumentError, Option } from 'commander'
import { exitCodes } from '../fault-table.ts'
import { printError, type Terminal } from './terminal.ts'

/** A whole number of at most nine digits. */
export function whole(text: string): number {
  return digits(text, 9)
}

/** Satoshis and indexes: up to 16 digits. */
export function longNumber(text: string): number {
  return digits(text, 16)
}

function digits(text: string, most: number): number {
  if (!/^[0-9]+$/.test(text) || text.length > most)
    throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

/** An option that may be repeated. */
export function several(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

export const json = () => new Option('--json', 'write JSON for programs')
export const config = () =>
  new Option('-c, --config <file>', 'the configuration')
    .default('boltwarden.toml')
    .env('BOLTWARDEN_CONFIG')
export const passphraseFile = () =>
  new Option('--passphrase-file <file>', 'holds the passphrase of the key store')
export const passphraseFd = () =>
  new Option('--passphrase-fd <number>', 'an open file descriptor with the passphrase').argParser(
    whole,
  )
export const adminUrl = () =>
  new Option('--admin-url <url>', 'the admin listener, if not where the configuration says')

type Ended = Promise<number | undefined> | Promise<void>

/** Runs a command's action and turns what it throws into an exit code. */
export function run<F extends { readonly json?: boolean }>(
  terminal: Terminal,
  action: (flags: F) => Ended,
): (flags: F) => Promise<void> {
  return (flags) => end(terminal, flags, () => action(flags))
}

/** The same for a command that is given one word besides its flags. */
export function runWith<F extends { readonly json?: boolean }>(
  terminal: Terminal,
  action: (word: string, flags: F) => Ended,
): (word: string, flags: F) => Promise<void> {
  return (word, flags) => end(terminal, flags, () => action(word, flags))
}

async function end(
  terminal: Terminal,
  { json }: { readonly json?: boolean },
  action: () => Ended,
): Promise<void> {
  try {
    process.exitCode = (await action()) ?? exitCodes.ok
  } catch (error) {
    process.exitCode = printError(terminal, json, error)
  }
}
