#!/usr/bin/env node
import { Command } from 'commander'
import { attackCommand } from './attack.ts'
import { demoCommand } from './demo.ts'
import { evilCommand } from './evil.ts'
import { exitCodesHelp, run } from './run.ts'
import { scenarioCommand } from './scenario.ts'
import { sendTestEventCommand } from './send-test-event.ts'
import { serveCommand } from './serve.ts'
import { soakCommand } from './soak.ts'
import { walkCommand } from './walk.ts'

const program = new Command('boltwarden-sandbox')
  .description('A local Lightspark platform: it calls a remote signer and checks its answers')
  .addCommand(serveCommand())
  .addCommand(walkCommand())
  .addCommand(sendTestEventCommand())
  .addCommand(scenarioCommand())
  .addCommand(soakCommand())
  .addCommand(attackCommand())
  .addCommand(evilCommand())
  .addCommand(demoCommand())
  .addHelpText('after', exitCodesHelp)

await run(program)
