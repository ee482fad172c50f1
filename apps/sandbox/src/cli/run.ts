import { type Command, InvalidArgumentError } from 'commander'
import { ControlError } from '../control/client.ts'
import { DemoError } from '../demo/demo-error.ts'
import { WaitError } from '../lightning/node/bell.ts'
import { NodeError } from '../lightning/node/node-error.ts'
import { StateError } from '../lightning/state-error.ts'
import { PairingError } from '../pairing/pairing.ts'

/** What every command's help ends with. */
export const exitCodesHelp =
  '\nExit codes: 0 all good, 1 a step was wrong, 2 it could not be tried, 130 interrupted.'

/** Runs a command; what it throws becomes a message and exit code 2. */
export async function run(command: Command): Promise<void> {
  try {
    await command.parseAsync()
  } catch (error) {
    console.error(isKnown(error) || isSystemError(error) ? error.message : error)
    process.exitCode = 2
  }
}

function isKnown(error: unknown): error is Error {
  const known = [
    ControlError,
    DemoError,
    InvalidArgumentError,
    NodeError,
    PairingError,
    StateError,
    WaitError,
  ]
  return known.some((each) => error instanceof each)
}

/** A file that is missing, a port that is taken: its message is enough. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
