#!/usr/bin/env node
import { Command } from 'commander'
import { ControlError } from '../control/client.ts'
import { DemoError } from '../demo/demo-error.ts'
import { demoCommand } from './demo.ts'
import { sendTestEventCommand } from './send-test-event.ts'
import { serveCommand } from './serve.ts'
import { walkCommand } from './walk.ts'

const program = new Command('boltwarden-sandbox')
  .description('A local Lightspark platform: it calls a remote signer and checks its answers')
  .addCommand(serveCommand())
  .addCommand(walkCommand())
  .addCommand(sendTestEventCommand())
  .addCommand(demoCommand())
  .addHelpText('after', '\nExit codes: 0 all good, 1 a step was wrong, 2 it could not be tried.')

try {
  await program.parseAsync()
} catch (error) {
  const known = error instanceof ControlError || error instanceof DemoError
  console.error(known || isSystemError(error) ? error.message : error)
  process.exitCode = 2
}

/** A file that is missing, a port that is taken: its message is enough. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
