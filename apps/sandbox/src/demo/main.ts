#!/usr/bin/env node
import { demoCommand } from '../cli/demo.ts'
import { exitCodesHelp, run } from '../cli/run.ts'

await run(demoCommand().addHelpText('after', exitCodesHelp))
